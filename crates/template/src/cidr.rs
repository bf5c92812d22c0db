//! `Fn::Cidr`: a block of addresses cut into equal subnets.

use crate::TemplateError;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Source: the user guide's page on `Fn::Cidr`.
const MOST_SUBNETS: u32 = 256;
/// Host bits where the template gives none. Source: the user guide's page on `Fn::Cidr`.
const DEFAULT_BITS: u32 = 8;

/// The first `count` subnets of `bits` host bits in a block.
pub(crate) fn subnets(block: &str, count: u32, bits: Option<u32>) -> Result<Vec<String>, TemplateError> {
    let refuse = |what: std::fmt::Arguments<'_>| Err(TemplateError::function(format_args!("Fn::Cidr {what}")));
    let Some((address, prefix)) = parse(block) else {
        return refuse(format_args!("requires a valid CIDR block as its first argument"));
    };
    let width: u32 = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.unwrap_or(DEFAULT_BITS);
    if !(1..=MOST_SUBNETS).contains(&count) {
        return refuse(format_args!("requires a count between 1 and {MOST_SUBNETS}"));
    }
    // How many bits tell the subnets apart.
    let Some(spare) = width.checked_sub(prefix).and_then(|host| host.checked_sub(bits)).filter(|_| bits > 0) else {
        return refuse(format_args!("cannot cut subnets of {bits} bits from a block of prefix {prefix}"));
    };
    if spare < 32 && u64::from(count) > 1 << spare {
        return refuse(format_args!("cannot cut {count} subnets of {bits} bits from a block of prefix {prefix}"));
    }
    let size = 1u128.checked_shl(bits).unwrap_or(0);
    let base = match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    };
    let host = width - prefix;
    let base = if host == 128 { 0 } else { base >> host << host };
    let subnet = |index: u32| {
        let address = base + u128::from(index) * size;
        let address = match u32::try_from(address) {
            Ok(address) if width == 32 => IpAddr::V4(Ipv4Addr::from(address)),
            _ => IpAddr::V6(Ipv6Addr::from(address)),
        };
        format!("{address}/{}", width - bits)
    };
    Ok((0..count).map(subnet).collect())
}

fn parse(block: &str) -> Option<(IpAddr, u32)> {
    let (address, prefix) = block.split_once('/')?;
    let (address, prefix) = (address.parse::<IpAddr>().ok()?, prefix.parse::<u32>().ok()?);
    (prefix <= if address.is_ipv4() { 32 } else { 128 }).then_some((address, prefix))
}

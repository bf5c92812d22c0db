//! `maquette clock`: the model's time, shown or moved.

use crate::{Done, client, model::Running};
use clap::Args;
use serde_json::json;
use std::{path::Path, process::ExitCode};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// How far to move it (`+8d`, `-90m`, `+30s`, `+1d12h`), or `reset`
    #[arg(allow_hyphen_values = true)]
    movement: Option<String>,
    /// For programs
    #[arg(long)]
    json: bool,
}

pub(crate) fn main(data: &Path, arguments: &Arguments) -> Done {
    let model = Running::get(data)?;
    let now = match arguments.movement.as_deref() {
        None => client::get(&model, "clock")?,
        Some("reset") => client::post(&model, "clock", &json!({"offset_ms": 0}))?,
        Some(text) => {
            let by = millis(text).ok_or_else(|| {
                format!("'{text}' is no movement of time; write +8d, -2h, +90m, +30s, +1d12h, or reset")
            })?;
            client::post(&model, "clock", &json!({"move_ms": by}))?
        }
    };
    if arguments.json {
        println!("{now}");
    } else {
        let offset = now["offset_ms"].as_i64().unwrap_or(0) / 1000;
        let away =
            if offset == 0 { "the machine's time".into() } else { format!("{offset:+} s from the machine's time") };
        println!("{} ({away})", now["now"].as_str().unwrap_or_default());
    }
    Ok(ExitCode::SUCCESS)
}

/// `+1d12h` in milliseconds.
fn millis(text: &str) -> Option<i64> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let mut total: i64 = 0;
    let mut digits = String::new();
    for letter in rest.chars() {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        let unit = match letter {
            'w' => 7 * 86_400,
            'd' => 86_400,
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        total = total.checked_add(digits.parse::<i64>().ok()?.checked_mul(unit)?)?;
        digits.clear();
    }
    (digits.is_empty() && !rest.is_empty()).then(|| total.checked_mul(1000 * sign)).flatten()
}

#[cfg(test)]
mod tests {
    use super::millis;

    #[test]
    fn movements_are_read() {
        assert_eq!(millis("+8d"), Some(691_200_000));
        assert_eq!(millis("-1d12h"), Some(-129_600_000));
        for wrong in ["8d", "+8", "+d", "+1y", "+", ""] {
            assert_eq!(millis(wrong), None, "{wrong}");
        }
    }
}

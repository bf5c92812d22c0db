//! The resolver inside a sandbox: every name of AWS is at the gateway, no other exists.

use crate::engine::plan::GATEWAY;
use simple_dns::{
    CLASS, Packet, PacketFlag, QTYPE, RCODE, ResourceRecord, TYPE,
    rdata::{A, RData},
};

/// The domains under which AWS answers.
const DOMAINS: [&str; 8] = [
    "amazonaws.com",
    "aws.amazon.com",
    "amazoncognito.com",
    "api.aws",
    "cloudfront.net",
    "elasticbeanstalk.com",
    "on.aws",
    "awsapps.com",
];
const TTL_SECS: u32 = 60;

fn is_known(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    DOMAINS.iter().any(|domain| name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

/// The answer to a question; none to what is not a question.
pub(super) fn answer(question: &[u8]) -> Option<Vec<u8>> {
    let asked = Packet::parse(question).ok()?;
    if asked.has_flags(PacketFlag::RESPONSE) {
        return None;
    }
    let mut answer = Packet::new_reply(asked.id());
    answer.set_flags(PacketFlag::RECURSION_AVAILABLE | PacketFlag::RECURSION_DESIRED);
    for asked in asked.questions {
        if !is_known(&asked.qname.to_string()) {
            *answer.rcode_mut() = RCODE::NameError;
        } else if matches!(asked.qtype, QTYPE::TYPE(TYPE::A) | QTYPE::ANY) {
            let record = RData::A(A { address: GATEWAY.to_bits() });
            answer.answers.push(ResourceRecord::new(asked.qname.clone(), CLASS::IN, TTL_SECS, record));
        }
        answer.questions.push(asked);
    }
    answer.build_bytes_vec().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use simple_dns::{Name, QCLASS, Question};

    fn ask(name: &str, kind: TYPE) -> (RCODE, usize) {
        let mut packet = Packet::new_query(7);
        let name = Name::new(name).unwrap();
        packet.questions.push(Question::new(name, QTYPE::TYPE(kind), QCLASS::CLASS(CLASS::IN), false));
        let bytes = answer(&packet.build_bytes_vec().unwrap()).unwrap();
        let answer = Packet::parse(&bytes).unwrap();
        assert_eq!(answer.id(), 7);
        (answer.rcode(), answer.answers.len())
    }

    #[test]
    fn names_of_aws_are_at_the_gateway_and_no_others_exist() {
        assert_eq!(ask("dynamodb.us-east-1.amazonaws.com", TYPE::A), (RCODE::NoError, 1));
        assert_eq!(ask("D1.CloudFront.net", TYPE::A), (RCODE::NoError, 1));
        assert_eq!(ask("dynamodb.us-east-1.amazonaws.com", TYPE::AAAA), (RCODE::NoError, 0));
        assert_eq!(ask("example.com", TYPE::A), (RCODE::NameError, 0));
        assert_eq!(ask("notamazonaws.com", TYPE::A), (RCODE::NameError, 0));
    }

    #[test]
    fn what_is_no_question_gets_no_answer() {
        assert_eq!(answer(b"hello"), None);
        assert_eq!(answer(&Packet::new_reply(1).build_bytes_vec().unwrap()), None);
    }
}

use super::Pattern;

#[track_caller]
fn check(pattern: &str, wanted: &[&str], others: &[&str]) {
    let parsed = Pattern::parse(pattern).unwrap();
    for message in wanted {
        assert!(parsed.matches(message), "{pattern} wants {message}");
    }
    for message in others {
        assert!(!parsed.matches(message), "{pattern} does not want {message}");
    }
}

#[test]
fn words_are_all_there_or_one_of_them_or_none() {
    check("", &["anything", ""], &[]);
    check("ERROR", &["an ERROR here"], &["an error here"]);
    check("ERROR code", &["code ERROR"], &["ERROR"]);
    check("?ERROR ?WARN", &["ERROR", "WARN"], &["INFO"]);
    check("ERROR -Exiting", &["ERROR"], &["ERROR Exiting"]);
    check("\"two words\"", &["it has two words"], &["two  words"]);
    check("%time.?out%", &["a time-out", "timeout"], &["time to go out"]);
}

#[test]
fn conditions_on_json_look_inside() {
    let login = r#"{"level": "ERROR", "ms": 12.5, "user": {"id": 1, "names": ["ann", "bob"]}, "ok": true, "no": null}"#;
    for pattern in [
        r#"{ $.level = "ERROR" }"#,
        r#"{ $.level = "ERR*" && $.ms > 10 }"#,
        r#"{ ($.level = "INFO") || ($.user.id = 1) }"#,
        r#"{ $.user.names[1] = "bob" }"#,
        r#"{ $.user.names[*] = bob }"#,
        "{ $.ok IS TRUE && $.no IS NULL && $.gone NOT EXISTS }",
        r#"{ $.level = %^E.*R$% }"#,
        "{ $.user.id != 2 }",
    ] {
        check(pattern, &[login], &["level ERROR", "{}", "{ broken"]);
    }
    check("{ $.ms > 100 }", &[], &[login]);
}

#[test]
fn conditions_on_columns_count_from_both_ends() {
    let line = "127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] \"GET /index.html HTTP/1.0\" 404 1534";
    check("[ip, id, user, time, request, status = 4*, bytes > 1000]", &[line], &["127.0.0.1 404"]);
    check("[..., status = 404, bytes]", &[line], &[]);
    check("[ip, ..., bytes < 1000]", &[], &[line]);
    check("[w1 = \"127*\" || w1 = \"::1\", ...]", &[line], &["10.0.0.1 x"]);
}

#[test]
fn a_pattern_that_cannot_be_is_refused_with_its_place() {
    let refused = |pattern| Pattern::parse(pattern).err().unwrap();
    assert_eq!(refused("a:b"), "Invalid character(s) in term 'a:b'");
    assert_eq!(refused("{ level = 1 }"), "Invalid JSON selector 'level'");
    assert_eq!(refused("{ $.a = 1 & }"), "Invalid filter pattern at '&'");
    assert_eq!(refused("{ $.a > x }"), "Invalid number 'x' in the filter pattern");
}

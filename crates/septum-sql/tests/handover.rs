//! What comments hand over.

use septum_sql::{AmbiguousComment, handover};

const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[test]
fn a_traceparent_is_read_and_its_comment_left_out() {
    let text = format!("SELECT 1 /*db_driver='x',traceparent='{TRACE}'*/");
    let found = handover(&text).unwrap();
    assert_eq!(found.text, "SELECT 1");
    assert_eq!(found.traceparent.unwrap().to_string(), TRACE);
    assert!(found.token.is_none());
}

#[test]
fn both_keys_may_come_once_each_in_any_comment() {
    let text = format!("/*septum_token='t%2D1'*/SELECT/*traceparent='{TRACE}'*/1 /* and so on */");
    let found = handover(&text).unwrap();
    assert_eq!(found.text, "SELECT 1 /* and so on */");
    assert_eq!(found.token.unwrap().expose(), "t-1");
    assert!(found.traceparent.is_some());
}

#[test]
fn s172_a_key_that_comes_twice_is_refused_whichever_is_right() {
    for text in [
        "SELECT 1 /*septum_token='a'*/ /*septum_token='b'*/".to_owned(),
        "SELECT 1 /*septum_token='a',septum_token='a'*/".to_owned(),
        format!("SELECT 1 /*traceparent='{TRACE}'*/ /*traceparent='{TRACE}'*/"),
    ] {
        let refused = handover(&text).unwrap_err();
        assert!(matches!(refused, AmbiguousComment::Repeated(_)), "{text}: {refused:?}");
    }
}

#[test]
fn s172_a_comment_injected_through_a_value_collides_with_the_real_one() {
    let injected = "x'/*septum_token='evil'*/ OR 'a'='a";
    let text = format!("SELECT * FROM t WHERE a = '{injected}' /*septum_token='real'*/");
    assert!(matches!(handover(&text), Err(AmbiguousComment::Repeated("septum_token"))));
}

#[test]
fn s172_comments_inside_strings_and_dollar_quotes_are_none() {
    for text in [
        "SELECT '/*septum_token=''a''*/'",
        "SELECT $$ /*septum_token='a'*/ $$",
        "SELECT $x$ /*septum_token='a'*/ $x$",
        "SELECT E'\\'/*septum_token=\\'a\\'*/'",
        "SELECT \"/*septum_token='a'*/\"",
        "SELECT 1 -- /*septum_token='a'*/",
    ] {
        let found = handover(text).unwrap();
        assert!(found.token.is_none(), "{text}");
        assert_eq!(found.text, text);
    }
}

#[test]
fn s172_a_comment_that_can_t_be_read_exactly_is_refused() {
    for text in [
        "SELECT 1 /* /*septum_token='a'*/ */",
        "SELECT 1 /*septum_token='a' /* x */ */",
        "SELECT 1 /*septum_token='a'; DROP*/",
        "SELECT 1 /*septum_token=a*/",
        "SELECT 1 /*septum_token=''*/",
        "SELECT 1 /*septum_token*/",
        "SELECT 1 /*septum_token='%ff'*/",
        "SELECT 1 /*xseptum_token='a'*/",
        "SELECT 1 /*traceparent='00-0-0-00'*/",
        "SELECT 1 /*traceparent='a',*/",
    ] {
        let refused = handover(text).unwrap_err();
        assert!(matches!(refused, AmbiguousComment::Malformed(_)), "{text}: {refused:?}");
    }
}

#[test]
fn comments_that_only_speak_of_traces_are_left_alone() {
    let text = "SELECT 1 /* we look at the traceparent later */";
    let found = handover(text).unwrap();
    assert!(found.traceparent.is_none());
    assert_eq!(found.text, text);
}

#[test]
fn a_text_that_can_t_be_scanned_hands_over_nothing() {
    let text = "SELECT 'open /*septum_token='a'*/";
    assert!(handover(text).is_ok_and(|found| found.text == text));
    let slow = format!("SELECT 1 {} /*septum_token='a'*/", "/*".repeat(100_000));
    assert!(handover(&slow).is_ok_and(|found| found.token.is_none()));
}

#[test]
fn a_token_does_not_show_itself() {
    let found = handover("SELECT 1 /*septum_token='hunter2'*/").unwrap();
    assert!(!format!("{found:?}").contains("hunter2"));
}

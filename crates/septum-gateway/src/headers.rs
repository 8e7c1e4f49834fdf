//! What is said to the application in our own name, and what of its answer is passed back.

use std::net::IpAddr;

use http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, EXPECT, HOST,
    TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use septum_bind::header::Peers;
use septum_tower::Connection;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Says who asked, for which host and how. What a trusted proxy said of it is kept, with the
/// proxy's own address at the end; from anybody else it was stripped before.
pub(crate) fn forwarded(headers: &mut HeaderMap, connection: &Connection, trusted: &Peers) {
    // The gateway itself has answered it.
    headers.remove(EXPECT);
    let peer = connection.peer.map(|peer| peer.ip().to_canonical());
    let is_trusted = peer.is_some_and(|peer| trusted.contain(peer));
    if let Some(chain) = peer.and_then(|peer| chain(headers, peer, is_trusted)) {
        headers.insert(FORWARDED_FOR, chain);
    }
    if !(is_trusted && headers.contains_key(FORWARDED_HOST))
        && let Some(host) = headers.get(HOST).cloned()
    {
        headers.insert(FORWARDED_HOST, host);
    }
    if !(is_trusted && headers.contains_key(FORWARDED_PROTO)) {
        let scheme = if connection.secure { "https" } else { "http" };
        headers.insert(FORWARDED_PROTO, HeaderValue::from_static(scheme));
    }
}

fn chain(headers: &HeaderMap, peer: IpAddr, is_trusted: bool) -> Option<HeaderValue> {
    let before = headers.get_all(FORWARDED_FOR).iter().filter(|_| is_trusted);
    let before = before.filter_map(|value| value.to_str().ok()).map(str::to_owned);
    let chain: Vec<String> = before.chain([peer.to_string()]).collect();
    HeaderValue::try_from(chain.join(", ")).ok()
}

/// Makes one `Cookie` field of several (RFC 9113, section 8.2.3), so that an application which
/// reads only one of them sees all that was verified.
pub(crate) fn join_cookies(headers: &mut HeaderMap) {
    let fields: Vec<&[u8]> = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes).collect();
    if fields.len() > 1
        && let Ok(mut joined) = HeaderValue::from_bytes(&fields.join(&b"; "[..]))
    {
        joined.set_sensitive(true);
        headers.insert(COOKIE, joined);
    }
}

/// Whether a request's credentials would hold for its whole connection, as NTLM's do: another
/// tenant's request must not follow on it (catalogue H56).
pub(crate) fn authenticate_the_connection(headers: &HeaderMap) -> bool {
    headers.get_all(AUTHORIZATION).iter().any(|value| {
        let scheme = value.as_bytes().split(|byte| *byte == b' ').next().unwrap_or_default();
        scheme.eq_ignore_ascii_case(b"ntlm") || scheme.eq_ignore_ascii_case(b"negotiate")
    })
}

/// Whether an answer is made to go on for as long as it may (catalogue H54).
pub(crate) fn goes_on(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    let is = |prefix: &[u8]| {
        kind.split_at_checked(prefix.len()).is_some_and(|(it, _)| it.eq_ignore_ascii_case(prefix))
    };
    is(b"text/event-stream") || is(b"application/grpc")
}

/// Takes hop-by-hop and Septum's own headers from an answer, and says that it is private
/// unless the application says otherwise (catalogue H58).
pub(crate) fn answered(headers: &mut HeaderMap, is_upgrade: bool) {
    const HOP_BY_HOP: [&str; 7] = [
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
    ];
    let named = headers.get_all(CONNECTION).iter().filter_map(|value| value.to_str().ok());
    let named = named.flat_map(|value| value.split(',')).map(|name| name.trim().to_owned());
    for name in named.collect::<Vec<_>>() {
        if !(is_upgrade && name.eq_ignore_ascii_case("upgrade")) {
            headers.remove(name);
        }
    }
    if headers.contains_key(TRANSFER_ENCODING) {
        // What was chunked has no other length, whatever the application says (RFC 9112,
        // section 6.3).
        headers.remove(CONTENT_LENGTH);
    }
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
    if is_upgrade {
        headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    } else {
        headers.remove(CONNECTION);
        headers.remove(UPGRADE);
    }
    let own = |name: &&HeaderName| {
        ["septum-", "x-septum-"].iter().any(|prefix| name.as_str().starts_with(prefix))
    };
    let own = headers.keys().filter(own).cloned();
    for name in own.collect::<Vec<_>>() {
        headers.remove(name);
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(fields: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn h05_the_gateway_says_itself_who_asked() {
        let peer = Some("192.0.2.7:1234".parse().unwrap());
        let connection = Connection { peer, secure: true, server_name: None };
        let sent = [("host", "acme.test"), ("x-forwarded-for", "10.9.9.9")];
        let mut untrusted = headers(&sent);
        forwarded(&mut untrusted, &connection, &Peers::default());
        assert_eq!(untrusted["x-forwarded-for"], "192.0.2.7");
        assert_eq!(untrusted["x-forwarded-host"], "acme.test");
        assert_eq!(untrusted["x-forwarded-proto"], "https");
        let mut trusted = headers(&sent);
        let peers = Peers::new(["192.0.2.0/24".parse().unwrap()]).unwrap();
        forwarded(&mut trusted, &connection, &peers);
        assert_eq!(trusted["x-forwarded-for"], "10.9.9.9, 192.0.2.7");
    }

    #[test]
    fn h03_several_cookie_fields_become_one() {
        let mut two = headers(&[("cookie", "a=1"), ("x", "y"), ("cookie", "b=2; c=3")]);
        join_cookies(&mut two);
        assert_eq!(two.get_all("cookie").iter().collect::<Vec<_>>(), ["a=1; b=2; c=3"]);
    }

    #[test]
    fn h56_credentials_of_a_connection_are_known() {
        for (value, of_connection) in [
            ("NTLM TlRMTVNTUAAB", true),
            ("negotiate YII", true),
            ("Negotiate", true),
            ("Bearer ntlm", false),
            ("Basic x", false),
        ] {
            let sent = headers(&[("authorization", value)]);
            assert_eq!(authenticate_the_connection(&sent), of_connection, "{value}");
        }
    }

    #[test]
    fn h58_an_answer_is_private_unless_the_application_says_otherwise() {
        let mut silent = headers(&[]);
        answered(&mut silent, false);
        assert_eq!(silent["cache-control"], "private, no-store");
        let mut said = headers(&[("cache-control", "public, max-age=60")]);
        answered(&mut said, false);
        assert_eq!(said["cache-control"], "public, max-age=60");
    }

    #[test]
    fn h04_an_answer_carries_nothing_of_its_connection_and_nothing_of_septums() {
        let mut answer = headers(&[
            ("connection", "close, X-Hop"),
            ("x-hop", "1"),
            ("keep-alive", "1"),
            ("transfer-encoding", "chunked"),
            ("septum-context", "st1.x"),
            ("septum-anything", "x"),
            ("x-kept", "1"),
        ]);
        answered(&mut answer, false);
        let left: Vec<&str> = answer.keys().map(HeaderName::as_str).collect();
        assert_eq!(left, ["x-kept", "cache-control"]);
    }
}

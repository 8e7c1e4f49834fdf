use http::header::HOST;
use http::request::Parts;
use http::uri::Authority;
use septum_bind::host::Host;
use septum_core::Reason;

use crate::{Connection, Denial};

/// The one host that a request is for, however many places name it.
///
/// # Errors
/// [`Reason::MalformedRequest`] when it has no host, more than one `Host` field, a `Host` that
/// differs from an absolute URI or from `:authority`, or one that is no host (catalogue
/// H10-H14); [`Reason::Misdirected`] when the TLS connection was opened for another host
/// (catalogue H15, H16).
pub fn authority(request: &Parts, connection: &Connection) -> Result<Host, Denial> {
    let malformed = || Denial::new(Reason::MalformedRequest);
    let mut fields = request.headers.get_all(HOST).iter();
    let (field, second) = (fields.next(), fields.next());
    if second.is_some() {
        return Err(malformed());
    }
    let field = field.map(|field| field.to_str().map_err(|_| malformed())).transpose()?;
    let named = request.uri.authority().map(Authority::as_str);
    let text = match (named, field) {
        (Some(named), Some(field)) if !named.eq_ignore_ascii_case(field) => return Err(malformed()),
        (Some(text), _) | (None, Some(text)) => text,
        (None, None) => return Err(malformed()),
    };
    let host: Host = text.parse().map_err(|_| malformed())?;
    if connection.server_name.as_ref().is_some_and(|name| *name != host) {
        return Err(Denial::new(Reason::Misdirected));
    }
    Ok(host)
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn of(uri: &str, hosts: &[&str], server_name: Option<&str>) -> Result<String, Reason> {
        let mut request = Request::builder().uri(uri);
        for host in hosts {
            request = request.header(HOST, *host);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let server_name = server_name.map(|name| name.parse().unwrap());
        let connection = Connection { server_name, ..Connection::default() };
        authority(&parts, &connection)
            .map(|host| host.to_string())
            .map_err(|denial| denial.reason())
    }

    #[test]
    fn h10_h11_two_places_that_name_different_hosts_are_refused() {
        assert_eq!(of("/", &["acme.test"], None).unwrap(), "acme.test");
        assert_eq!(of("http://acme.test/", &[], None).unwrap(), "acme.test");
        assert_eq!(of("http://acme.test:80/", &["ACME.test:80"], None).unwrap(), "acme.test");
        for hosts in [&["globex.test"][..], &["acme.test."], &["acme.test:81"], &["acme.test@x"]] {
            let refused = of("http://acme.test/", hosts, None);
            assert_eq!(refused, Err(Reason::MalformedRequest), "{hosts:?}");
        }
    }

    #[test]
    fn h12_exactly_one_host_is_named() {
        assert_eq!(of("/", &[], None), Err(Reason::MalformedRequest));
        let twice = ["acme.test", "acme.test"];
        assert_eq!(of("/", &twice, None), Err(Reason::MalformedRequest));
    }

    #[test]
    fn h31_user_information_is_refused() {
        assert_eq!(of("http://u:p@acme.test/", &[], None), Err(Reason::MalformedRequest));
        assert_eq!(of("http://globex.test@acme.test/", &[], None), Err(Reason::MalformedRequest));
    }

    #[test]
    fn h15_h16_a_connection_for_one_host_carries_no_other() {
        assert!(of("/", &["acme.test"], Some("acme.test")).is_ok());
        assert_eq!(of("/", &["globex.test"], Some("acme.test")), Err(Reason::Misdirected));
    }
}

//! Which headers a client may not send, in which spellings.

use std::borrow::Cow;

use http::HeaderName;

/// A name as CGI, WSGI and Rack see it: everything but letters and digits is the same to them
/// (catalogue H2: CVE-2026-54763, CVE-2025-64484).
pub(crate) fn folded(name: &str) -> Cow<'_, str> {
    if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Cow::Borrowed(name);
    }
    let fold = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
    Cow::Owned(name.chars().map(fold).collect())
}

/// Septum's own headers, which nobody but Septum sets.
pub(crate) fn is_septums(folded: &str) -> bool {
    ["septum-", "x-septum-"].iter().any(|prefix| folded.starts_with(prefix))
        || folded == "septum"
        || folded == "x-septum"
}

/// What applications commonly take for the tenant's name.
pub(crate) fn names_tenant(folded: &str) -> bool {
    let folded = folded.strip_prefix("x-").unwrap_or(folded);
    matches!(folded, "tenant" | "tenant-id" | "tenantid" | "tenant-name" | "tenant-key")
}

/// What only a proxy in front of us may say: where a request came from, what it really asks
/// for, which certificate was shown or who was logged in (catalogue H5, H49), and which trace it
/// belongs to in a format other than ours.
pub(crate) fn is_forwarding(folded: &str) -> bool {
    const NAMES: [&str; 23] = [
        "b3",
        "client-cert",
        "client-cert-chain",
        "forwarded",
        "remote-user",
        "sw8",
        "true-client-ip",
        "uber-trace-id",
        "x-amzn-trace-id",
        "x-authenticated-user",
        "x-client-ip",
        "x-cloud-trace-context",
        "x-cluster-client-ip",
        "x-host",
        "x-http-method",
        "x-http-method-override",
        "x-method-override",
        "x-original-host",
        "x-original-url",
        "x-ot-span-context",
        "x-real-ip",
        "x-remote-user",
        "x-rewrite-url",
    ];
    const PREFIXES: [&str; 9] = [
        "ot-tracer-",
        "ssl-client-",
        "sw8-",
        "uberctx-",
        "x-amzn-oidc-",
        "x-b3-",
        "x-datadog-",
        "x-forwarded-",
        "x-ssl-client-",
    ];
    NAMES.contains(&folded) || PREFIXES.iter().any(|prefix| folded.starts_with(prefix))
}

/// Headers that mean something to everybody, so that no other spelling of them may pass and no
/// `Connection` may take them away.
pub(crate) fn is_vital(folded: &str) -> bool {
    const NAMES: [&str; 12] = [
        "authorization",
        "content-encoding",
        "content-length",
        "content-type",
        "cookie",
        "expect",
        "host",
        "origin",
        "traceparent",
        "tracestate",
        "transfer-encoding",
        "sec-fetch-site",
    ];
    NAMES.contains(&folded)
}

/// Headers that concern one connection only (RFC 9110, section 7.6.1).
pub(crate) const HOP_BY_HOP: [HeaderName; 9] = [
    http::header::CONNECTION,
    http::header::PROXY_AUTHENTICATE,
    http::header::PROXY_AUTHORIZATION,
    http::header::TE,
    http::header::TRAILER,
    http::header::TRANSFER_ENCODING,
    http::header::UPGRADE,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
];

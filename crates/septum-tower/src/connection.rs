use std::net::SocketAddr;

use septum_bind::host::Host;

/// What the server knows of the connection that a request came by. The server puts it into
/// the request's extensions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connection {
    /// The peer's address: never one that a header claims.
    pub peer: Option<SocketAddr>,
    /// Whether the connection is encrypted.
    pub secure: bool,
    /// The name that the client opened the TLS connection for (SNI).
    pub server_name: Option<Host>,
}

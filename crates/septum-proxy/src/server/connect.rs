use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use ring::rand::{SecureRandom as _, SystemRandom};
use septum_bind::{Binding, credential};
use septum_core::{Reason, hex};
use septum_pgwire::backend::{self, Authentication, tag};
use septum_pgwire::frontend::Write as _;
use septum_pgwire::scram;
use septum_pgwire::startup::{self, CancelKey};
use septum_pgwire::{Frame, FrameError, Malformed, Reader};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};

use super::clean::{Cleaning, Functions};
use super::{Own, Server, Statements};
use crate::config::{Config, Database, ServerAddress, Services};
use crate::stream::{Stream, Wire, prepare};

/// Why a server connection could not be made ready. Clients see only its reason.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The socket.
    #[error("can't reach the server: {0}")]
    Io(#[from] std::io::Error),
    /// The configured time passed.
    #[error("the server did not answer in time")]
    Timeout,
    /// The server speaks no TLS though it is configured.
    #[error(
        "the server does not offer TLS; set `database.tls.mode = \"disable\"` or enable it there"
    )]
    NoTls,
    /// The server wants an authentication that is not spoken.
    #[error("the server asks for authentication method {0}; only SCRAM-SHA-256 is spoken")]
    Method(u32),
    /// The server wants a password and none is configured.
    #[error("the server asks for a password; configure the role's")]
    NoPassword,
    /// SCRAM failed.
    #[error(transparent)]
    Scram(#[from] scram::ScramError),
    /// The server refused.
    #[error("the server refused: {code} {message}")]
    Refused {
        /// Its SQLSTATE.
        code: String,
        /// Its message.
        message: String,
    },
    /// A message of the server's that can't be read.
    #[error("in a message of the server: {0}")]
    Malformed(#[from] Malformed),
    /// A frame of the server's that can't be read.
    #[error("in a message of the server: {0}")]
    Frame(#[from] FrameError),
    /// A message of the server's out of order.
    #[error("the server sent a message of type `{}` out of order", .0.escape_ascii())]
    Unexpected(u8),
    /// The role makes row-level security void.
    #[error("the role `{0}` is a superuser or has BYPASSRLS: row-level security would be void")]
    UnsafeRole(String),
    /// The database doesn't verify our seals.
    #[error(
        "septum.tenant() doesn't verify this proxy's seals: run `septum migrate` with the same root key"
    )]
    Unverified,
    /// The system gave no random bytes.
    #[error("the system gave no random bytes")]
    Random,
}

impl ConnectError {
    /// What clients are told.
    pub(crate) fn reason(&self) -> Reason {
        match self {
            Self::UnsafeRole(_) => Reason::UnsafeRole,
            Self::Unverified => Reason::BindFailed,
            _ => Reason::ServerUnavailable,
        }
    }
}

/// The largest message that is read before a connection is ready.
const LIMIT: usize = 1 << 20;

/// Makes connections of the pool.
pub(crate) struct Dialer {
    pub(super) config: Arc<Config>,
    services: Services,
    pub(super) random: SystemRandom,
    functions: Mutex<Option<(Instant, Functions)>>,
}

/// How long the list of PostgreSQL's own functions is good for.
const FUNCTIONS_KEPT: Duration = Duration::from_secs(60);

impl Dialer {
    pub(crate) fn new(config: Arc<Config>, services: Services) -> Self {
        Self { config, services, random: SystemRandom::new(), functions: Mutex::default() }
    }

    /// Connects, authenticates, and proves that the role is a safe one and that the database
    /// verifies our seals. A connection that doesn't pass never reaches the pool.
    pub(crate) async fn dial(&self) -> Result<Server, ConnectError> {
        let limit = self.config.timeouts.connect;
        tokio::time::timeout(limit, self.open()).await.map_err(|_| ConnectError::Timeout)?
    }

    async fn open(&self) -> Result<Server, ConnectError> {
        let parameters = self.parameters("septum");
        let opened = login(&self.config.database, &parameters, &self.random).await?;
        let mut prefix = [0; 8];
        self.random.fill(&mut prefix).map_err(|_| ConnectError::Random)?;
        let mut statements =
            Statements::new(u64::from_be_bytes(prefix), self.config.pool.statements);
        let bind = statements.fresh_name().to_string();
        let now = Instant::now();
        let mut server = Server {
            wire: opened.wire,
            key: opened.key,
            statements,
            parameters: Arc::new(opened.parameters),
            last_tenant: None,
            since: now,
            idle_since: now,
            clock: 0,
            bind,
            functions: Functions::default(),
            cleaning: Cleaning::unprepared(),
        };
        self.probe(&mut server).await?;
        server.functions = self.functions(&mut server).await?;
        Ok(server)
    }

    /// What every connection begins with, and goes back to.
    pub(super) fn parameters<'a>(&'a self, application: &'a str) -> [(&'a str, &'a str); 5] {
        [
            ("search_path", self.config.database.search_path.as_str()),
            ("application_name", application),
            ("client_encoding", "UTF8"),
            ("standard_conforming_strings", "on"),
            ("row_security", "on"),
        ]
    }

    /// The database's functions; asked for again now and then, as a migration may have added one.
    async fn functions(&self, server: &mut Server) -> Result<Functions, ConnectError> {
        let known = self.functions.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((since, functions)) = known
            && since.elapsed() < FUNCTIONS_KEPT
        {
            return Ok(functions);
        }
        server.parse_own("", Own::Functions);
        server.wire.output.bind_values("", "", false, std::iter::empty());
        server.wire.output.execute("", 0);
        server.wire.output.sync();
        let functions = Functions::new(rows(&mut server.wire).await?);
        let mut known = self.functions.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some((Instant::now(), functions.clone()));
        Ok(functions)
    }

    /// Two round trips: what the role may do and what time it is there; then the bind itself,
    /// prepared for good and tried on a registered tenant.
    async fn probe(&self, server: &mut Server) -> Result<(), ConnectError> {
        server.parse_own("", Own::Probe);
        server.wire.output.bind_values("", "", false, std::iter::empty());
        server.wire.output.execute("", 0);
        let bind = server.bind.clone();
        server.parse_own(&bind, Own::Bind);
        server.prepare_cleaning();
        server.wire.output.sync();
        let rows = rows(&mut server.wire).await?;
        let mut values = rows.iter().flatten().flatten();
        let (unsafe_role, clock) = (values.next(), values.next());
        if unsafe_role.is_none_or(|value| value != "false") {
            return Err(ConnectError::UnsafeRole(self.config.database.role.clone()));
        }
        server.clock = clock.and_then(|text| text.parse().ok()).ok_or(Malformed::Truncated)?;
        server.since = Instant::now();
        let Some(tenant) = self.services.tenants.iter().next() else { return Ok(()) };
        let claim = credential::claim(&self.services.tenants, &tenant.id, "septum");
        let binding = claim.and_then(|claim| Binding::agree([claim], self.services.environment));
        let Ok(binding) = binding else { return Ok(()) };
        let seal = self.services.seal_key.seal(&binding, server.key.pid, server.now());
        let values = [Some(&b"septum.binding"[..]), Some(seal.as_bytes())];
        server.wire.output.bind_values("", &bind, false, values.into_iter());
        server.wire.output.execute("", 0);
        server.parse_own("", Own::Verify);
        server.wire.output.bind_values("", "", false, std::iter::empty());
        server.wire.output.execute("", 0);
        server.wire.output.sync();
        let rows = self::rows(&mut server.wire).await?;
        let verified = rows.last().and_then(|row| row.first().cloned().flatten());
        if verified.as_deref() == Some("true") { Ok(()) } else { Err(ConnectError::Unverified) }
    }
}

/// A connection for an operator: the role's own, nothing pinned.
pub(crate) async fn dial_operator(
    database: &Database,
    parameters: &[(&str, &str)],
) -> Result<Opened, ConnectError> {
    login(database, parameters, &SystemRandom::new()).await
}

/// An authenticated connection.
pub(crate) struct Opened {
    pub(crate) wire: Wire,
    pub(crate) key: CancelKey,
    pub(crate) parameters: BTreeMap<String, String>,
}

/// Connects the socket, with TLS where it is configured.
pub(crate) async fn reach(database: &Database) -> Result<Stream, ConnectError> {
    let mut stream = match &database.server {
        ServerAddress::Unix(path) => return Ok(Stream::Unix(UnixStream::connect(path).await?)),
        ServerAddress::Tcp { host, port } => TcpStream::connect((host.as_str(), *port)).await?,
    };
    prepare(&stream);
    let Some(tls) = &database.tls else { return Ok(Stream::Tcp(stream)) };
    let mut request = bytes::BytesMut::new();
    startup::write_ssl_request(&mut request);
    stream.write_all(&request).await?;
    if stream.read_u8().await? != b'S' {
        return Err(ConnectError::NoTls);
    }
    let connector = tokio_rustls::TlsConnector::from(Arc::clone(&tls.config));
    let stream = connector.connect(tls.name.clone(), stream).await?;
    Ok(Stream::ServerTls(Box::new(stream)))
}

pub(super) async fn login(
    database: &Database,
    parameters: &[(&str, &str)],
    random: &SystemRandom,
) -> Result<Opened, ConnectError> {
    let mut wire = Wire::new(reach(database).await?);
    let mut all = vec![("user", database.role.as_str()), ("database", database.name.as_str())];
    all.extend_from_slice(parameters);
    startup::write(&mut wire.output, &all);
    authenticate(&mut wire, database, random).await?;
    let (mut key, mut parameters) = (None, BTreeMap::new());
    loop {
        let frame = receive(&mut wire).await?;
        match frame.tag {
            tag::PARAMETER_STATUS => {
                let (name, value) = backend::parameter_status(&frame.body)?;
                parameters.insert(name.to_owned(), value.to_owned());
            }
            tag::BACKEND_KEY_DATA => {
                let mut reader = Reader::new(&frame.body);
                let pid = reader.u32()?;
                key = Some(CancelKey { pid, secret: Bytes::copy_from_slice(reader.rest()) });
            }
            tag::NOTICE => {}
            tag::READY => {
                let key = key.ok_or(ConnectError::Unexpected(frame.tag))?;
                return Ok(Opened { wire, key, parameters });
            }
            other => return Err(ConnectError::Unexpected(other)),
        }
    }
}

async fn authenticate(
    wire: &mut Wire,
    database: &Database,
    random: &SystemRandom,
) -> Result<(), ConnectError> {
    let frame = receive(wire).await?;
    if frame.tag != tag::AUTHENTICATION {
        return Err(ConnectError::Unexpected(frame.tag));
    }
    match Authentication::read(&frame.body)? {
        Authentication::Ok => return Ok(()),
        Authentication::Sasl(mechanisms) if mechanisms.contains(&scram::SCRAM_SHA_256) => {}
        Authentication::Sasl(_) => return Err(ConnectError::Method(10)),
        Authentication::Other(method) => return Err(ConnectError::Method(method)),
        Authentication::SaslContinue(_) | Authentication::SaslFinal(_) => {
            return Err(ConnectError::Unexpected(frame.tag));
        }
    }
    let password = database.password.as_ref().ok_or(ConnectError::NoPassword)?;
    let nonce = scram_nonce(random).ok_or(ConnectError::Random)?;
    let binding = scram::ChannelBinding::Unavailable;
    let start = scram::client::Start::new(password.expose(), &nonce, &binding)?;
    wire.output.sasl_initial(scram::SCRAM_SHA_256, &start.first());
    let frame = receive(wire).await?;
    let Authentication::SaslContinue(data) = Authentication::read(&frame.body)? else {
        return Err(ConnectError::Unexpected(frame.tag));
    };
    let (response, last) = start.respond(data)?;
    wire.output.password(&response);
    let frame = receive(wire).await?;
    let Authentication::SaslFinal(data) = Authentication::read(&frame.body)? else {
        return Err(ConnectError::Unexpected(frame.tag));
    };
    last.verify(data)?;
    let frame = receive(wire).await?;
    match Authentication::read(&frame.body)? {
        Authentication::Ok => Ok(()),
        _ => Err(ConnectError::Unexpected(frame.tag)),
    }
}

/// A nonce of printable characters, as SCRAM wants it.
pub(crate) fn scram_nonce(random: &SystemRandom) -> Option<String> {
    let mut bytes = [0; 18];
    random.fill(&mut bytes).ok()?;
    Some(hex::encode(&bytes))
}

/// The next message; an error of the server's ends the connection.
pub(crate) async fn receive(wire: &mut Wire) -> Result<Frame, ConnectError> {
    receive_up_to(wire, LIMIT).await
}

/// The next message, which may have so many bytes. What has come of it is kept when this is
/// dropped.
pub(super) async fn receive_up_to(wire: &mut Wire, limit: usize) -> Result<Frame, ConnectError> {
    wire.drain().await?;
    loop {
        match Frame::take(&mut wire.input, limit)? {
            Some(frame) if frame.tag == tag::ERROR => {
                let text = |field| {
                    backend::error_field(&frame.body, field)
                        .map(|value| value.unwrap_or_default().to_owned())
                };
                return Err(ConnectError::Refused { code: text(b'C')?, message: text(b'M')? });
            }
            Some(frame) => return Ok(frame),
            None => wire.fill().await?,
        }
    }
}

/// Every row up to `ReadyForQuery`.
async fn rows(wire: &mut Wire) -> Result<Vec<Vec<Option<String>>>, ConnectError> {
    let mut rows = Vec::new();
    loop {
        let frame = receive(wire).await?;
        match frame.tag {
            tag::READY => return Ok(rows),
            tag::DATA_ROW => {
                let text = |value: Option<&[u8]>| {
                    value.map(|value| String::from_utf8_lossy(value).into_owned())
                };
                rows.push(backend::data_row(&frame.body)?.into_iter().map(text).collect());
            }
            _ => {}
        }
    }
}

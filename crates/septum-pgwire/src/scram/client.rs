//! The client's side: how Septum logs in to a server.

use std::fmt;

use super::message::{self, Attributes};
use super::server::{END_POINT_HEADER, channel_binding};
use super::verifier::decimal;
use super::{ChannelBinding, MAX_ITERATIONS, ScramError, keys};

/// A client that has said nothing yet.
pub struct Start {
    password: String,
    nonce: String,
    header: &'static str,
    channel: String,
}

impl Start {
    /// Prepares to log in.
    ///
    /// `binding` is [`ChannelBinding::EndPoint`] for SCRAM-SHA-256-PLUS; for SCRAM-SHA-256,
    /// [`ChannelBinding::NotChosen`] when the client could bind and the server did not offer
    /// it, and [`ChannelBinding::Unavailable`] without TLS.
    ///
    /// # Errors
    /// [`ScramError::InvalidNonce`].
    pub fn new(password: &str, nonce: &str, binding: &ChannelBinding) -> Result<Self, ScramError> {
        if !message::is_nonce(nonce) {
            return Err(ScramError::InvalidNonce);
        }
        let header = match binding {
            ChannelBinding::Unavailable => "n,,",
            ChannelBinding::NotChosen => "y,,",
            ChannelBinding::EndPoint(_) => END_POINT_HEADER,
        };
        Ok(Self {
            password: password.to_owned(),
            nonce: nonce.to_owned(),
            header,
            channel: channel_binding(header, binding),
        })
    }

    /// The first message. The user's name is empty: PostgreSQL takes the startup packet's.
    pub fn first(&self) -> Vec<u8> {
        format!("{}{}", self.header, self.bare()).into_bytes()
    }

    /// Answers the server's first message with the proof. Slow on purpose: a few milliseconds
    /// at 4096 iterations.
    ///
    /// # Errors
    /// Whatever is malformed or of another exchange, and [`ScramError::Iterations`].
    pub fn respond(self, server_first: &[u8]) -> Result<(Vec<u8>, Final), ScramError> {
        let server_first = message::text(server_first)?;
        if server_first.starts_with('m') {
            return Err(ScramError::UnsupportedExtension);
        }
        let mut attributes = Attributes::of(server_first);
        let nonce = attributes.expect('r')?;
        // A nonce without the server's part could be a replay of an earlier exchange.
        let added = nonce.strip_prefix(&self.nonce).ok_or(ScramError::NonceMismatch)?;
        if !message::is_nonce(added) {
            return Err(ScramError::NonceMismatch);
        }
        let salt = message::decode(attributes.expect('s')?)?;
        if salt.is_empty() {
            return Err(ScramError::Malformed("the salt is empty"));
        }
        let iterations = attributes.expect('i')?;
        if !attributes.is_empty() {
            return Err(ScramError::Malformed("something follows the iterations"));
        }
        let iterations = decimal(iterations)
            .filter(|iterations| iterations.get() <= MAX_ITERATIONS)
            .ok_or(ScramError::Iterations)?;

        let without_proof = format!("c={},r={nonce}", self.channel);
        let signed = format!("{},{server_first},{without_proof}", self.bare());
        let salted = keys::salted_password(&self.password, &salt, iterations);
        let client_key = keys::client_key(&salted);
        let signature = keys::sign(&keys::stored_key(&client_key), signed.as_bytes());
        let proof = message::encode(&keys::xor(&client_key, &signature));
        let expected = Final { server_key: keys::server_key(&salted), signed };
        Ok((format!("{without_proof},p={proof}").into_bytes(), expected))
    }

    fn bare(&self) -> String {
        format!("n=,r={}", self.nonce)
    }
}

impl fmt::Debug for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Start([secret])")
    }
}

/// A client that has proven itself and awaits the server's proof.
pub struct Final {
    server_key: keys::Key,
    signed: String,
}

impl Final {
    /// Checks that the server knows the password's verifier. Until then it could be anybody.
    ///
    /// # Errors
    /// [`ScramError::Refused`] when the server says so,
    /// [`ScramError::InvalidServerSignature`] when its proof is wrong.
    pub fn verify(self, server_final: &[u8]) -> Result<(), ScramError> {
        let mut attributes = Attributes::of(message::text(server_final)?);
        let signature = match attributes.any()? {
            ('v', signature) => message::decode(signature)?,
            ('e', _) => return Err(ScramError::Refused),
            _ => return Err(ScramError::Malformed("neither a signature nor an error")),
        };
        if !attributes.is_empty() {
            return Err(ScramError::Malformed("something follows the signature"));
        }
        if !keys::verify(&self.server_key, self.signed.as_bytes(), &signature) {
            return Err(ScramError::InvalidServerSignature);
        }
        Ok(())
    }
}

impl fmt::Debug for Final {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Final([secret])")
    }
}

//! The server's side: what is said to a client that logs in.

use super::message::{self, Attributes};
use super::{ChannelBinding, ScramError, Verifier, keys};

/// Answers the client's first message, with the message to send and what awaits the next.
///
/// `binding` is what the client's choice of mechanism makes it: [`ChannelBinding::EndPoint`]
/// for SCRAM-SHA-256-PLUS; for SCRAM-SHA-256, [`ChannelBinding::NotChosen`] when PLUS was
/// offered too and [`ChannelBinding::Unavailable`] when not.
///
/// # Errors
/// Whatever is malformed, unsupported or a downgrade of the channel binding.
pub fn first(
    verifier: &Verifier,
    client_first: &[u8],
    server_nonce: &str,
    binding: &ChannelBinding,
) -> Result<(Vec<u8>, Final), ScramError> {
    if !message::is_nonce(server_nonce) {
        return Err(ScramError::InvalidNonce);
    }
    let (header, bare) = split_header(message::text(client_first)?)?;
    check_binding(header, binding)?;
    if bare.starts_with('m') {
        return Err(ScramError::UnsupportedExtension);
    }
    let mut attributes = Attributes::of(bare);
    let _user = attributes.expect('n')?;
    let client_nonce = attributes.expect('r')?;
    if !message::is_nonce(client_nonce) {
        return Err(ScramError::Malformed("the nonce is empty, too long or not printable"));
    }
    while !attributes.is_empty() {
        attributes.any()?;
    }

    let nonce = format!("{client_nonce}{server_nonce}");
    let salt = message::encode(&verifier.salt);
    let server_first = format!("r={nonce},s={salt},i={}", verifier.iterations);
    let expected = Final {
        verifier: verifier.clone(),
        conversation: format!("{bare},{server_first}"),
        channel: channel_binding(header, binding),
        nonce,
    };
    Ok((server_first.into_bytes(), expected))
}

/// The server after its first message: it awaits the client's proof.
#[derive(Debug)]
pub struct Final {
    verifier: Verifier,
    /// client-first-bare and server-first: what both sides sign, so far.
    conversation: String,
    /// The `c=` that the client must repeat, in base64.
    channel: String,
    nonce: String,
}

impl Final {
    /// Checks the client's proof; the message that proves the server to the client.
    ///
    /// # Errors
    /// [`ScramError::InvalidProof`] for a wrong password and for a user that does not exist;
    /// whatever is malformed, of another exchange or bound to another channel.
    pub fn finish(self, client_final: &[u8]) -> Result<Vec<u8>, ScramError> {
        let text = message::text(client_final)?;
        let mut attributes = Attributes::of(text);
        if attributes.expect('c')? != self.channel {
            return Err(ScramError::ChannelBindingFailed);
        }
        if attributes.expect('r')? != self.nonce {
            return Err(ScramError::NonceMismatch);
        }
        let (without_proof, proof) = loop {
            let before = attributes.before();
            match attributes.any()? {
                ('p', proof) => break (before, proof),
                ('m', _) => return Err(ScramError::UnsupportedExtension),
                _ => {}
            }
        };
        if !attributes.is_empty() {
            return Err(ScramError::Malformed("something follows the proof"));
        }
        let proof = keys::Key::try_from(message::decode(proof)?)
            .map_err(|_| ScramError::Malformed("the proof is not 32 bytes"))?;

        let signed = format!("{},{without_proof}", self.conversation);
        let signature = keys::sign(&self.verifier.stored_key, signed.as_bytes());
        let client_key = keys::xor(&proof, &signature);
        let proven = keys::same(&keys::stored_key(&client_key), &self.verifier.stored_key);
        // INVARIANT: a doomed verifier has done all the work by now, so that the time taken
        // does not tell whether the user exists.
        if !proven || self.verifier.doomed {
            return Err(ScramError::InvalidProof);
        }
        let signature = keys::sign(&self.verifier.server_key, signed.as_bytes());
        Ok(format!("v={}", message::encode(&signature)).into_bytes())
    }
}

/// The GS2 header with its last comma, and the message without it.
fn split_header(text: &str) -> Result<(&str, &str), ScramError> {
    let malformed = ScramError::Malformed("the GS2 header is not of the form `n,,`");
    let (flag, rest) = text.split_once(',').ok_or(malformed)?;
    let (identity, bare) = rest.split_once(',').ok_or(malformed)?;
    if !identity.is_empty() {
        return Err(if identity.starts_with("a=") {
            ScramError::AuthorizationIdentity
        } else {
            malformed
        });
    }
    if !matches!(flag, "n" | "y") && !flag.starts_with("p=") {
        return Err(malformed);
    }
    let header = text.get(..flag.len() + 2).ok_or(malformed)?;
    Ok((header, bare))
}

/// The client's flag must fit the mechanism that it chose.
fn check_binding(header: &str, binding: &ChannelBinding) -> Result<(), ScramError> {
    match (header, binding) {
        ("n,,", ChannelBinding::Unavailable | ChannelBinding::NotChosen)
        | ("y,,", ChannelBinding::Unavailable)
        | (END_POINT_HEADER, ChannelBinding::EndPoint(_)) => Ok(()),
        // "I could bind, but you can't": we can, and said so.
        ("y,,", ChannelBinding::NotChosen) => Err(ScramError::Downgrade),
        ("n,," | "y,,", ChannelBinding::EndPoint(_))
        | (END_POINT_HEADER, ChannelBinding::Unavailable | ChannelBinding::NotChosen) => {
            Err(ScramError::ChannelBindingMismatch)
        }
        (_, _) => Err(ScramError::UnsupportedChannelBinding),
    }
}

/// The GS2 header of a message that is bound to the server's certificate.
pub(super) const END_POINT_HEADER: &str = "p=tls-server-end-point,,";

/// The value of `c=`: the header again, and the channel's data.
pub(super) fn channel_binding(header: &str, binding: &ChannelBinding) -> String {
    let data: &[u8] = match binding {
        ChannelBinding::EndPoint(data) => data,
        ChannelBinding::Unavailable | ChannelBinding::NotChosen => &[],
    };
    message::encode(&[header.as_bytes(), data].concat())
}

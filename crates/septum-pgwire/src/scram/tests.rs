use proptest::prelude::*;

use super::*;

const CLIENT_NONCE: &str = "rOprNGfwEbeRWgbNEkqO";
const SERVER_NONCE: &str = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
const SALT: &[u8] = b"\x5b\x6d\x99\x68\x9d\x12\x35\x8e\xec\xa0\x4b\x14\x12\x36\xfa\x81";

fn pencil() -> Verifier {
    Verifier::derive("pencil", SALT, DEFAULT_ITERATIONS)
}

fn end_point() -> ChannelBinding {
    ChannelBinding::EndPoint(vec![7; 32])
}

/// A whole exchange, with what each side believes.
fn log_in(
    verifier: &Verifier,
    password: &str,
    client: &ChannelBinding,
    server: &ChannelBinding,
) -> Result<(), ScramError> {
    let start = client::Start::new(password, CLIENT_NONCE, client)?;
    let (server_first, awaiting_proof) =
        server::first(verifier, &start.first(), SERVER_NONCE, server)?;
    let (client_final, awaiting_signature) = start.respond(&server_first)?;
    awaiting_signature.verify(&awaiting_proof.finish(&client_final)?)
}

fn challenged(client_first: &str) -> Result<(Vec<u8>, server::Final), ScramError> {
    let binding = ChannelBinding::Unavailable;
    server::first(&pencil(), client_first.as_bytes(), SERVER_NONCE, &binding)
}

fn finished(client_final: &str) -> Result<Vec<u8>, ScramError> {
    challenged(&format!("n,,n=user,r={CLIENT_NONCE}"))?.1.finish(client_final.as_bytes())
}

fn responded(server_first: &str) -> Result<(Vec<u8>, client::Final), ScramError> {
    let binding = ChannelBinding::Unavailable;
    client::Start::new("pencil", CLIENT_NONCE, &binding)?.respond(server_first.as_bytes())
}

#[test]
fn the_server_speaks_the_exchange_of_rfc_7677() {
    let (server_first, awaiting) =
        challenged("n,,n=user,r=rOprNGfwEbeRWgbNEkqO").expect("the RFC's own message");
    assert_eq!(
        String::from_utf8(server_first).unwrap(),
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    );
    let server_final = awaiting.finish(
        b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
          p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
    );
    assert_eq!(
        String::from_utf8(server_final.unwrap()).unwrap(),
        "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
    );
}

#[test]
fn both_sides_agree_under_every_honest_binding() {
    use ChannelBinding::{NotChosen, Unavailable};
    for (client, server) in [
        (Unavailable, Unavailable),
        (Unavailable, NotChosen),
        (NotChosen, Unavailable),
        (end_point(), end_point()),
    ] {
        assert_eq!(log_in(&pencil(), "pencil", &client, &server), Ok(()), "{client:?} {server:?}");
    }
}

#[test]
fn a_removed_offer_of_channel_binding_is_refused() {
    let not_chosen = ChannelBinding::NotChosen;
    assert_eq!(log_in(&pencil(), "pencil", &not_chosen, &not_chosen), Err(ScramError::Downgrade));
}

#[test]
fn a_message_that_does_not_fit_the_mechanism_is_refused() {
    use ChannelBinding::{NotChosen, Unavailable};
    for (client, server) in [
        (Unavailable, end_point()),
        (NotChosen, end_point()),
        (end_point(), Unavailable),
        (end_point(), NotChosen),
    ] {
        assert_eq!(
            log_in(&pencil(), "pencil", &client, &server),
            Err(ScramError::ChannelBindingMismatch)
        );
    }
}

#[test]
fn another_certificate_is_refused() {
    let other = ChannelBinding::EndPoint(vec![8; 32]);
    assert_eq!(
        log_in(&pencil(), "pencil", &end_point(), &other),
        Err(ScramError::ChannelBindingFailed)
    );
}

#[test]
fn a_wrong_password_is_refused() {
    let plain = ChannelBinding::Unavailable;
    for password in ["", "Pencil", "pencil ", "pencil\u{e9}"] {
        assert_eq!(
            log_in(&pencil(), password, &plain, &plain),
            Err(ScramError::InvalidProof),
            "{password}"
        );
    }
}

#[test]
fn a_user_that_does_not_exist_looks_like_a_wrong_password() {
    let plain = ChannelBinding::Unavailable;
    let mock = Verifier::mock(&[1; 32], "nobody");
    assert_eq!(mock, Verifier::mock(&[1; 32], "nobody"));
    assert_ne!(mock.salt, Verifier::mock(&[1; 32], "somebody").salt);
    assert_ne!(mock.salt, Verifier::mock(&[2; 32], "nobody").salt);
    assert_eq!((mock.salt.len(), mock.iterations), (SALT_BYTES, DEFAULT_ITERATIONS));
    assert_eq!(log_in(&mock, "pencil", &plain, &plain), Err(ScramError::InvalidProof));
}

#[test]
fn a_doomed_verifier_refuses_even_the_right_proof() {
    let plain = ChannelBinding::Unavailable;
    let doomed = Verifier { doomed: true, ..pencil() };
    assert_eq!(log_in(&doomed, "pencil", &plain, &plain), Err(ScramError::InvalidProof));
}

#[test]
fn a_malformed_first_message_is_refused() {
    use ScramError::*;
    let nonce = CLIENT_NONCE;
    for (message, error) in [
        (String::new(), None),
        ("n".into(), None),
        ("n,".into(), None),
        ("n,,".into(), None),
        ("n,,n=".into(), None),
        ("n,,n=,".into(), None),
        ("n,,n=,r".into(), None),
        ("n,,n=,r=".into(), None),
        ("n,,n=,r=\u{e9}".into(), None),
        ("n,,n=,r=a b".into(), None),
        (format!("n,,n=,r={}", "a".repeat(257)), None),
        (format!("n,,r={nonce},n="), None),
        (format!("x,,n=,r={nonce}"), None),
        (format!(",,n=,r={nonce}"), None),
        (format!("n,x,n=,r={nonce}"), None),
        (format!("n,,n=,r={nonce},"), None),
        (format!("n,,n=,r={nonce},1=a"), None),
        (format!("n,,n=,r={nonce},ab"), None),
        (format!("n,,n=,r={nonce}\0"), None),
        (format!("n,a=root,n=,r={nonce}"), Some(AuthorizationIdentity)),
        (format!("n,,m=x,n=,r={nonce}"), Some(UnsupportedExtension)),
        (format!("p=tls-unique,,n=,r={nonce}"), Some(UnsupportedChannelBinding)),
        (format!("p=,,n=,r={nonce}"), Some(UnsupportedChannelBinding)),
        (format!("p=tls-server-end-point,,n=,r={nonce}"), Some(ChannelBindingMismatch)),
    ] {
        let found = challenged(&message).expect_err(&message);
        match error {
            Some(error) => assert_eq!(found, error, "{message}"),
            None => assert!(matches!(found, Malformed(_)), "{message}: {found}"),
        }
    }
    assert!(challenged(&format!("n,,n=,r={nonce},x=later")).is_ok(), "extensions are optional");
    let binding = ChannelBinding::Unavailable;
    assert!(server::first(&pencil(), b"n,,n=\xff,r=abc", "s", &binding).is_err());
    for nonce in ["", "a,b", "a b"] {
        let found = server::first(&pencil(), b"n,,n=,r=abc", nonce, &binding);
        assert_eq!(found.err(), Some(InvalidNonce));
    }
}

#[test]
fn a_malformed_final_message_is_refused() {
    use ScramError::*;
    let nonce = format!("{CLIENT_NONCE}{SERVER_NONCE}");
    let proof = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    assert!(finished(&format!("c=biws,r={nonce},p={proof}")).is_ok());
    for (message, error) in [
        (String::new(), None),
        ("c=biws".into(), None),
        (format!("c=biws,r={nonce}"), None),
        (format!("c=biws,r={nonce},"), None),
        (format!("r={nonce},p={proof}"), None),
        (format!("c=biws,p={proof}"), None),
        (format!("c=biws,r={nonce},p="), None),
        (format!("c=biws,r={nonce},p=!"), None),
        (format!("c=biws,r={nonce},p=AAAA"), None),
        (format!("c=biws,r={nonce},p={proof}A"), None),
        (format!("c=biws,r={nonce},p={proof},x=y"), None),
        (format!("c=biws,r={nonce},p={proof},"), None),
        (format!("c=,r={nonce},p={proof}"), Some(ChannelBindingFailed)),
        (format!("c=eSws,r={nonce},p={proof}"), Some(ChannelBindingFailed)),
        (format!("c=biws,r={CLIENT_NONCE},p={proof}"), Some(NonceMismatch)),
        (format!("c=biws,r={nonce}x,p={proof}"), Some(NonceMismatch)),
        (format!("c=biws,r={nonce},m=x,p={proof}"), Some(UnsupportedExtension)),
        // The proof signs what comes before it, an extension included.
        (format!("c=biws,r={nonce},x=y,p={proof}"), Some(InvalidProof)),
    ] {
        let found = finished(&message).expect_err(&message);
        match error {
            Some(error) => assert_eq!(found, error, "{message}"),
            None => assert!(matches!(found, Malformed(_)), "{message}: {found}"),
        }
    }
}

#[test]
fn a_malformed_challenge_is_refused() {
    use ScramError::*;
    let nonce = format!("{CLIENT_NONCE}{SERVER_NONCE}");
    assert!(responded(&format!("r={nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1")).is_ok());
    for (message, error) in [
        (String::new(), None),
        (format!("r={nonce}"), None),
        (format!("r={nonce},s=AAAA"), None),
        (format!("r={nonce},i=4096,s=AAAA"), None),
        (format!("r={nonce},s=,i=4096"), None),
        (format!("r={nonce},s=!,i=4096"), None),
        (format!("r={nonce},s=AAAA,i=4096,"), None),
        (format!("r={nonce},s=AAAA,i=4096,x=y"), None),
        (format!("m=x,r={nonce},s=AAAA,i=4096"), Some(UnsupportedExtension)),
        (format!("r={CLIENT_NONCE},s=AAAA,i=4096"), Some(NonceMismatch)),
        (format!("r={SERVER_NONCE},s=AAAA,i=4096"), Some(NonceMismatch)),
        (format!("r={CLIENT_NONCE}\u{e9},s=AAAA,i=4096"), Some(NonceMismatch)),
    ] {
        let found = responded(&message).expect_err(&message);
        match error {
            Some(error) => assert_eq!(found, error, "{message}"),
            None => assert!(matches!(found, Malformed(_)), "{message}: {found}"),
        }
    }
}

#[test]
fn an_absurd_count_of_iterations_is_refused_at_once() {
    let nonce = format!("{CLIENT_NONCE}{SERVER_NONCE}");
    for iterations in [
        "",
        "0",
        "-1",
        "+1",
        " 1",
        "1e3",
        "1000001",
        "2147483648",
        "4294967296",
        "9".repeat(400).as_str(),
    ] {
        let found = responded(&format!("r={nonce},s=AAAA,i={iterations}"));
        assert_eq!(found.err(), Some(ScramError::Iterations), "{iterations}");
    }
}

#[test]
fn p26_a_message_over_the_limit_is_refused_unread() {
    let long = |prefix: &str| format!("{prefix}{}", "A".repeat(MAX_MESSAGE));
    assert_eq!(challenged(&long("n,,n=,r=")).err(), Some(ScramError::TooLong));
    assert_eq!(finished(&long("c=")).err(), Some(ScramError::TooLong));
    assert_eq!(responded(&long("r=")).err(), Some(ScramError::TooLong));
}

#[test]
fn the_client_refuses_a_server_that_proves_nothing() {
    let nonce = format!("{CLIENT_NONCE}{SERVER_NONCE}");
    let verify = |message: &[u8]| {
        let (_, awaiting) = responded(&format!("r={nonce},s=AAAA,i=1")).unwrap();
        awaiting.verify(message)
    };
    assert_eq!(verify(b"e=invalid-proof"), Err(ScramError::Refused));
    assert_eq!(
        verify(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="),
        Err(ScramError::InvalidServerSignature)
    );
    assert_eq!(verify(b"v="), Err(ScramError::InvalidServerSignature));
    for message in [&b""[..], b"v", b"v=!", b"x=AAAA", b"v=AAAA,x=y", b"\xff"] {
        assert!(matches!(verify(message), Err(ScramError::Malformed(_))), "{message:?}");
    }
}

#[test]
fn a_verifier_reads_postgresqls_form_and_nothing_else() {
    let text = pencil().to_postgres();
    assert_eq!(text.parse::<Verifier>().unwrap(), pencil());
    let plain = ChannelBinding::Unavailable;
    assert_eq!(log_in(&text.parse().unwrap(), "pencil", &plain, &plain), Ok(()));
    let key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    assert!(format!("SCRAM-SHA-256$1:AAAA${key}:{key}").parse::<Verifier>().is_ok());
    for text in [
        String::new(),
        "pencil".into(),
        "md5c4ca4238a0b923820dcc509a6f75849b".into(),
        format!("scram-sha-256$1:AAAA${key}:{key}"),
        format!("SCRAM-SHA-1$1:AAAA${key}:{key}"),
        format!("SCRAM-SHA-256$0:AAAA${key}:{key}"),
        format!("SCRAM-SHA-256$-1:AAAA${key}:{key}"),
        format!("SCRAM-SHA-256$+1:AAAA${key}:{key}"),
        format!("SCRAM-SHA-256$4294967296:AAAA${key}:{key}"),
        format!("SCRAM-SHA-256$1:${key}:{key}"),
        format!("SCRAM-SHA-256$1:!${key}:{key}"),
        format!("SCRAM-SHA-256$1:AAAA${key}"),
        format!("SCRAM-SHA-256$1:AAAA${key}:AAAA"),
        format!("SCRAM-SHA-256$1:AAAA${key}:{key}:{key}"),
        format!("SCRAM-SHA-256$1:AAAA${key}:{key}\n"),
        format!("SCRAM-SHA-256$1:{}${key}:{key}", "A".repeat(344)),
    ] {
        assert_eq!(text.parse::<Verifier>(), Err(InvalidVerifier), "{text}");
    }
}

#[test]
fn secrets_do_not_show_in_debug() {
    let verifier = pencil();
    let start = client::Start::new("pencil", CLIENT_NONCE, &ChannelBinding::Unavailable).unwrap();
    let (_, awaiting) = challenged(&format!("n,,n=,r={CLIENT_NONCE}")).unwrap();
    for shown in [format!("{verifier:?}"), format!("{start:?}"), format!("{awaiting:?}")] {
        assert!(!shown.contains("pencil") && !shown.contains("stored_key"), "{shown}");
    }
}

#[test]
fn a_password_is_prepared_as_postgresql_prepares_it() {
    for (password, prepared) in [
        ("pencil", "pencil"),
        ("tab\there", "tab\there"),
        ("I\u{ad}X", "IX"),
        ("a\u{a0}b", "a b"),
        ("\u{aa}", "a"),
        ("\u{2168}", "IX"),
        // Refused by SASLprep, so taken as they are:
        ("\u{ad}", "\u{ad}"),
        ("\u{e9}\u{7}", "\u{e9}\u{7}"),
        ("\u{627}1", "\u{627}1"),
        // Unassigned in Unicode 3.2, though its normal form is a plain letter.
        ("\u{1f130}", "\u{1f130}"),
        // Deprecated, though its normal form is not.
        ("a\u{340}", "a\u{340}"),
    ] {
        assert_eq!(prepare::prepare(password), prepared, "{password:?}");
    }
}

#[test]
fn the_end_point_is_hashed_as_the_certificate_is_signed() {
    let oid = |bytes: &[u8]| {
        let mut oid = vec![6, bytes.len() as u8];
        oid.extend(bytes);
        oid
    };
    let sequence = |content: &[u8]| {
        let mut sequence = vec![0x30, 0x82, (content.len() >> 8) as u8, content.len() as u8];
        sequence.extend(content);
        sequence
    };
    let certificate = |algorithm: &[u8]| {
        sequence(&[sequence(&[0; 300]), sequence(&oid(algorithm)), vec![3, 1, 0]].concat())
    };
    let rsa = |last: u8| [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, last].to_vec();
    let ecdsa = |last: u8| [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, last].to_vec();
    for (algorithm, length) in [
        (rsa(4), Some(32)),
        (rsa(5), Some(32)),
        (rsa(11), Some(32)),
        (rsa(12), Some(48)),
        (rsa(13), Some(64)),
        (ecdsa(2), Some(32)),
        (ecdsa(3), Some(48)),
        (ecdsa(4), Some(64)),
        (vec![0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01], Some(32)),
        // RSA-PSS, SHA-224, Ed25519: RFC 5929 gives no hash that we could know.
        (rsa(10), None),
        (rsa(14), None),
        (vec![0x2b, 0x65, 0x70], None),
    ] {
        let der = certificate(&algorithm);
        let found = ChannelBinding::end_point(&der);
        let found = found.map(|binding| match binding {
            ChannelBinding::EndPoint(hash) => hash.len(),
            other => panic!("{other:?}"),
        });
        assert_eq!(found, length, "{algorithm:?}");
        for cut in 0..der.len() {
            assert_eq!(ChannelBinding::end_point(&der[..cut]), None);
        }
    }
}

proptest! {
    #[test]
    fn every_password_that_the_verifier_was_made_of_logs_in(
        password in "\\PC{0,12}", salt in prop::collection::vec(any::<u8>(), 1..40)
    ) {
        let plain = ChannelBinding::Unavailable;
        let verifier = Verifier::derive(&password, &salt, std::num::NonZeroU32::MIN);
        prop_assert_eq!(log_in(&verifier, &password, &plain, &plain), Ok(()));
    }

    #[test]
    fn hostile_bytes_never_panic_and_never_log_in(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        text in "[nycrpsimve=,A-Za-z0-9+/]{0,60}",
    ) {
        let binding = ChannelBinding::Unavailable;
        for message in [bytes.as_slice(), text.as_bytes()] {
            let _ = server::first(&pencil_fast(), message, SERVER_NONCE, &binding);
            let start = client::Start::new("pencil", CLIENT_NONCE, &binding).unwrap();
            prop_assert!(start.respond(message).is_err());
            let first = format!("n,,n=,r={CLIENT_NONCE}");
            let (_, awaiting) =
                server::first(&pencil_fast(), first.as_bytes(), SERVER_NONCE, &binding).unwrap();
            prop_assert!(awaiting.finish(message).is_err());
            let _ = ChannelBinding::end_point(message);
        }
    }
}

fn pencil_fast() -> Verifier {
    Verifier::derive("pencil", SALT, std::num::NonZeroU32::MIN)
}

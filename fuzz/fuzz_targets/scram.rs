//! SCRAM messages of hostile peers: nothing panics, and nobody gets in without the password.
#![no_main]

use std::num::NonZeroU32;

use libfuzzer_sys::fuzz_target;
use septum_pgwire::scram::{ChannelBinding, Verifier, client, server};

const CLIENT_FIRST: &[u8] = b"n,,n=,r=client";

fuzz_target!(|data: &[u8]| {
    let verifier = Verifier::derive("password", b"salt", NonZeroU32::MIN);
    let plain = ChannelBinding::Unavailable;
    for binding in [&plain, &ChannelBinding::NotChosen, &ChannelBinding::EndPoint(vec![1; 32])] {
        let _ = server::first(&verifier, data, "server", binding);
    }
    let (_, awaiting) = server::first(&verifier, CLIENT_FIRST, "server", &plain).unwrap();
    let with_nonce = [b"c=biws,r=clientserver,", data].concat();
    assert!(awaiting.finish(&with_nonce).is_err());
    let (_, awaiting) = server::first(&verifier, CLIENT_FIRST, "server", &plain).unwrap();
    assert!(awaiting.finish(data).is_err());

    let start = || client::Start::new("password", "client", &plain).unwrap();
    let _ = start().respond(data);
    // One round of hashing: the count is not what is looked for here.
    let salted = [b"r=clientserver,s=", data, b",i=1"].concat();
    if let Ok((_, awaiting)) = start().respond(&salted) {
        assert!(awaiting.verify(data).is_err());
    }
    let _ = ChannelBinding::end_point(data);
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(verifier) = text.parse::<Verifier>()
    {
        assert_eq!(verifier.to_postgres().parse(), Ok(verifier));
    }
});

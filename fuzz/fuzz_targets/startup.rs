//! The first packet of a connection, before anybody is known: however it is split, it is read
//! one way.
#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use septum_pgwire::startup::Opening;

fuzz_target!(|data: &[u8]| {
    let mut whole = BytesMut::from(data);
    let found = format!("{:?}", Opening::take(&mut whole));

    let mut buffer = BytesMut::new();
    for byte in data {
        buffer.extend_from_slice(&[*byte]);
        match Opening::take(&mut buffer) {
            Ok(None) => {}
            done => {
                assert_eq!(format!("{done:?}"), found);
                return;
            }
        }
    }
    assert_eq!(found, "Ok(None)");
});

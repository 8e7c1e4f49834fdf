//! Messages after the start: whatever arrives, each byte belongs to one frame, and reading a
//! frame never panics.
#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use septum_pgwire::backend::{self, Authentication};
use septum_pgwire::{Frame, frontend};

const LIMIT: usize = 4096;

fuzz_target!(|data: &[u8]| {
    let mut buffer = BytesMut::from(data);
    loop {
        let before = buffer.len();
        let Ok(Some(frame)) = Frame::take(&mut buffer, LIMIT) else { return };
        assert!(before - buffer.len() >= 5, "a frame has a tag and a length");
        let body = data[data.len() - before + 5..data.len() - buffer.len()].to_vec();
        let _ = Authentication::read(&body);
        let _ = backend::parameter_status(&body);
        let _ = backend::ready(&body);
        let _ = backend::data_row(&body);
        let _ = frontend::Message::read(frame);
    }
});

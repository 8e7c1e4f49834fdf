//! A server that does not answer as PostgreSQL does: whatever it says, no row reaches a client
//! before the bind was seen to complete.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use bytes::BytesMut;
use septum_guard::Mode;
use septum_pgwire::Frame;
use septum_pgwire::backend::tag;
use septum_proxy::ServerAddress;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::fixture::{ACME, Fixture, refusal};

/// What becomes of the bind's answer: `BindComplete`, `DataRow`, `CommandComplete`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Lie {
    /// It is passed on.
    None,
    /// It never comes.
    Dropped,
    /// It comes after the client's rows.
    Late,
    /// Its end is missing.
    Unfinished,
}

impl Lie {
    fn of(number: u8) -> Self {
        [Self::None, Self::Dropped, Self::Late, Self::Unfinished][usize::from(number)]
    }
}

/// Stands between the proxy and PostgreSQL.
async fn stand_between(listener: TcpListener, server: u16, lie: Arc<AtomicU8>) {
    loop {
        let (proxy, _) = listener.accept().await.unwrap();
        let server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
        let (mut from_proxy, mut to_proxy) = proxy.into_split();
        let (mut from_server, mut to_server) = server.into_split();
        let lie = Arc::clone(&lie);
        tokio::spawn(async move { tokio::io::copy(&mut from_proxy, &mut to_server).await });
        tokio::spawn(async move {
            let mut liar = Liar { lie, held: Vec::new(), late: BytesMut::new() };
            let mut input = BytesMut::new();
            while from_server.read_buf(&mut input).await.unwrap_or(0) > 0 {
                let mut output = BytesMut::new();
                while let Some(frame) = Frame::take(&mut input, 1 << 30).unwrap() {
                    liar.tell(frame, &mut output);
                }
                if to_proxy.write_all(&output).await.is_err() {
                    return;
                }
            }
        });
    }
}

/// Tells the truth but for the answer to one bind.
struct Liar {
    lie: Arc<AtomicU8>,
    /// What may be a bind's answer.
    held: Vec<Frame>,
    late: BytesMut,
}

impl Liar {
    fn tell(&mut self, frame: Frame, output: &mut BytesMut) {
        let lie = Lie::of(self.lie.load(Ordering::SeqCst));
        let expected = match self.held.len() {
            0 => frame.tag == tag::BIND_COMPLETE,
            // One value: the seal, of which no other begins so.
            1 => frame.tag == tag::DATA_ROW && frame.body[6..].starts_with(b"1."),
            _ => frame.tag == tag::COMMAND_COMPLETE,
        };
        if lie == Lie::None || !expected {
            self.held.drain(..).for_each(|frame| frame.write(output));
            frame.write(output);
        } else {
            self.held.push(frame);
        }
        if self.held.len() == 3 {
            self.lie.store(0, Ordering::SeqCst);
            let bind = std::mem::take(&mut self.held);
            match lie {
                Lie::None | Lie::Dropped => {}
                Lie::Late => bind.iter().for_each(|frame| frame.write(&mut self.late)),
                Lie::Unfinished => bind[..2].iter().for_each(|frame| frame.write(output)),
            }
        }
        if output.ends_with(b"Z\0\0\0\x05I") {
            output.unsplit(self.late.split());
        }
    }
}

#[tokio::test]
async fn i03_no_row_is_relayed_before_the_bind_was_seen_to_complete() {
    let lie = Arc::new(AtomicU8::new(0));
    let between = Arc::clone(&lie);
    let fixture = Fixture::with(Mode::Enforce, move |config| {
        let ServerAddress::Tcp { port, .. } = &mut config.database.server else { panic!() };
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let server = std::mem::replace(port, listener.local_addr().unwrap().port());
        let listener = TcpListener::from_std(listener).unwrap();
        tokio::spawn(stand_between(listener, server, between));
    })
    .await;
    let look = "SELECT secret FROM accounts WHERE id = 1";
    for untrue in [Lie::Dropped, Lie::Late, Lie::Unfinished] {
        for simple in [true, false] {
            let client = fixture.client("acme").await;
            let statement = client.prepare(look).await.unwrap();
            let secret: String = client.query_one(&statement, &[]).await.unwrap().get(0);
            assert_eq!(secret, format!("secret of {ACME}"));
            lie.store(untrue as u8, Ordering::SeqCst);
            let answer = if simple {
                client.simple_query(look).await.map(drop)
            } else {
                client.query(&statement, &[]).await.map(drop)
            };
            let error = answer.expect_err("rows came without a bind");
            let (code, message) = refusal(&error);
            assert_eq!(code, "58000", "{untrue:?}: {message}");
            assert!(message.starts_with("SEP-505"), "{untrue:?}: {message}");
            assert_eq!(lie.load(Ordering::SeqCst), 0, "{untrue:?}: nothing was untrue");
        }
    }
    // And nobody else is the worse for it.
    let client = fixture.client("globex").await;
    let row = client.query_one(look, &[]).await.unwrap();
    assert_eq!(row.get::<_, String>(0), "secret of 2");
    fixture.stop().await;
}

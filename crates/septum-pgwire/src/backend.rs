//! Messages to a client, and what Septum reads of a server's.

use bytes::{BufMut as _, BytesMut};

use crate::frontend::{message, put_string};
use crate::{Malformed, Reader, TransactionStatus};

pub use crate::error_fields::{field as error_field, write_fields as write_error_fields};

/// The type bytes of a server's messages.
pub mod tag {
    #![expect(missing_docs, reason = "each is the protocol's own name")]
    pub const AUTHENTICATION: u8 = b'R';
    pub const BACKEND_KEY_DATA: u8 = b'K';
    pub const BIND_COMPLETE: u8 = b'2';
    pub const CLOSE_COMPLETE: u8 = b'3';
    pub const COMMAND_COMPLETE: u8 = b'C';
    pub const COPY_BOTH: u8 = b'W';
    pub const COPY_DATA: u8 = b'd';
    pub const COPY_DONE: u8 = b'c';
    pub const COPY_IN: u8 = b'G';
    pub const COPY_OUT: u8 = b'H';
    pub const DATA_ROW: u8 = b'D';
    pub const EMPTY_QUERY: u8 = b'I';
    pub const ERROR: u8 = b'E';
    pub const NO_DATA: u8 = b'n';
    pub const NOTICE: u8 = b'N';
    pub const NOTIFICATION: u8 = b'A';
    pub const PARAMETER_DESCRIPTION: u8 = b't';
    pub const PARAMETER_STATUS: u8 = b'S';
    pub const PARSE_COMPLETE: u8 = b'1';
    pub const PORTAL_SUSPENDED: u8 = b's';
    pub const READY: u8 = b'Z';
    pub const ROW_DESCRIPTION: u8 = b'T';
}

/// The OID of type `text`.
pub const TEXT: u32 = 25;
/// The OID of type `void`.
pub const VOID: u32 = 2278;

/// Writes messages towards a client.
pub trait Write {
    /// `AuthenticationOk`
    fn authentication_ok(&mut self);
    /// `AuthenticationSASL` with these mechanisms.
    fn authentication_sasl(&mut self, mechanisms: &[&str]);
    /// `AuthenticationSASLContinue`
    fn authentication_sasl_continue(&mut self, data: &[u8]);
    /// `AuthenticationSASLFinal`
    fn authentication_sasl_final(&mut self, data: &[u8]);
    /// `ParameterStatus`
    fn parameter_status(&mut self, name: &str, value: &str);
    /// `BackendKeyData`
    fn backend_key_data(&mut self, pid: u32, secret: &[u8]);
    /// `NegotiateProtocolVersion`: speaks 3.0 and none of these options.
    fn negotiate_protocol_version(&mut self, unknown: &[&str]);
    /// `ReadyForQuery`
    fn ready(&mut self, status: TransactionStatus);
    /// `ParseComplete`
    fn parse_complete(&mut self);
    /// `BindComplete`
    fn bind_complete(&mut self);
    /// `CloseComplete`
    fn close_complete(&mut self);
    /// `NoData`
    fn no_data(&mut self);
    /// `ParameterDescription` of no parameters.
    fn no_parameters(&mut self);
    /// `CommandComplete`
    fn command_complete(&mut self, tag: &str);
    /// `EmptyQueryResponse`
    fn empty_query(&mut self);
    /// `RowDescription` of one column of this type, in text.
    fn one_column(&mut self, name: &str, oid: u32);
    /// `DataRow` of one value.
    fn one_value(&mut self, value: &[u8]);
    /// `CopyInResponse`
    fn copy_in(&mut self, binary: bool, columns: usize);
}

impl Write for BytesMut {
    fn authentication_ok(&mut self) {
        message(self, b'R', |out| out.put_u32(0));
    }

    fn authentication_sasl(&mut self, mechanisms: &[&str]) {
        message(self, b'R', |out| {
            out.put_u32(10);
            mechanisms.iter().for_each(|name| put_string(out, name));
            out.put_u8(0);
        });
    }

    fn authentication_sasl_continue(&mut self, data: &[u8]) {
        message(self, b'R', |out| {
            out.put_u32(11);
            out.put_slice(data);
        });
    }

    fn authentication_sasl_final(&mut self, data: &[u8]) {
        message(self, b'R', |out| {
            out.put_u32(12);
            out.put_slice(data);
        });
    }

    fn parameter_status(&mut self, name: &str, value: &str) {
        message(self, b'S', |out| {
            put_string(out, name);
            put_string(out, value);
        });
    }

    fn backend_key_data(&mut self, pid: u32, secret: &[u8]) {
        message(self, b'K', |out| {
            out.put_u32(pid);
            out.put_slice(secret);
        });
    }

    fn negotiate_protocol_version(&mut self, unknown: &[&str]) {
        message(self, b'v', |out| {
            out.put_u32(196_608);
            out.put_u32(u32::try_from(unknown.len()).unwrap_or(u32::MAX));
            unknown.iter().for_each(|name| put_string(out, name));
        });
    }

    fn ready(&mut self, status: TransactionStatus) {
        message(self, b'Z', |out| out.put_u8(status.as_byte()));
    }

    fn parse_complete(&mut self) {
        message(self, b'1', |_| ());
    }

    fn bind_complete(&mut self) {
        message(self, b'2', |_| ());
    }

    fn close_complete(&mut self) {
        message(self, b'3', |_| ());
    }

    fn no_data(&mut self) {
        message(self, b'n', |_| ());
    }

    fn no_parameters(&mut self) {
        message(self, b't', |out| out.put_u16(0));
    }

    fn command_complete(&mut self, tag: &str) {
        message(self, b'C', |out| put_string(out, tag));
    }

    fn empty_query(&mut self) {
        message(self, b'I', |_| ());
    }

    fn one_column(&mut self, name: &str, oid: u32) {
        message(self, b'T', |out| {
            out.put_u16(1);
            put_string(out, name);
            out.put_u32(0);
            out.put_u16(0);
            out.put_u32(oid);
            out.put_i16(if oid == VOID { 4 } else { -1 });
            out.put_i32(-1);
            out.put_u16(0);
        });
    }

    fn one_value(&mut self, value: &[u8]) {
        message(self, b'D', |out| {
            out.put_u16(1);
            out.put_i32(i32::try_from(value.len()).unwrap_or(i32::MAX));
            out.put_slice(value);
        });
    }

    fn copy_in(&mut self, binary: bool, columns: usize) {
        message(self, b'G', |out| {
            out.put_u8(u8::from(binary));
            out.put_u16(u16::try_from(columns).unwrap_or(u16::MAX));
            (0..columns).for_each(|_| out.put_u16(u16::from(binary)));
        });
    }
}

/// What a server asks or tells while authenticating.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authentication<'a> {
    /// The client is who it says.
    Ok,
    /// SASL, with one of these mechanisms.
    Sasl(Vec<&'a str>),
    /// SASL goes on.
    SaslContinue(&'a [u8]),
    /// SASL ends.
    SaslFinal(&'a [u8]),
    /// Another method, by its number: none of them is spoken.
    Other(u32),
}

impl<'a> Authentication<'a> {
    /// Reads the body of an `Authentication` message.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn read(body: &'a [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        match reader.u32()? {
            0 => reader.finish().map(|()| Self::Ok),
            10 => {
                let mut mechanisms = Vec::new();
                loop {
                    match reader.string()? {
                        "" => break reader.finish().map(|()| Self::Sasl(mechanisms)),
                        name => mechanisms.push(name),
                    }
                }
            }
            11 => Ok(Self::SaslContinue(reader.rest())),
            12 => Ok(Self::SaslFinal(reader.rest())),
            other => Ok(Self::Other(other)),
        }
    }
}

/// Reads the body of a `ParameterStatus`.
///
/// # Errors
/// [`Malformed`].
pub fn parameter_status(body: &[u8]) -> Result<(&str, &str), Malformed> {
    let mut reader = Reader::new(body);
    let pair = (reader.string()?, reader.string()?);
    reader.finish()?;
    Ok(pair)
}

/// Reads the body of a `ReadyForQuery`.
///
/// # Errors
/// [`Malformed`].
pub fn ready(body: &[u8]) -> Result<TransactionStatus, Malformed> {
    let mut reader = Reader::new(body);
    let byte = reader.u8()?;
    reader.finish()?;
    TransactionStatus::from_byte(byte).ok_or(Malformed::Value(byte))
}

/// Writes a `ParameterDescription` of so many parameters, without the last of them.
///
/// # Errors
/// [`Malformed`], also when there are not as many.
pub fn write_without_last_parameter(
    body: &[u8],
    count: u16,
    out: &mut BytesMut,
) -> Result<(), Malformed> {
    let mut reader = Reader::new(body);
    let found = reader.u16()?;
    let types = (0..found).map(|_| reader.u32()).collect::<Result<Vec<u32>, _>>()?;
    reader.finish()?;
    match types.split_last() {
        Some((_, shown)) if found == count => {
            message(out, tag::PARAMETER_DESCRIPTION, |out| {
                out.put_u16(found.saturating_sub(1));
                shown.iter().for_each(|oid| out.put_u32(*oid));
            });
            Ok(())
        }
        Some(_) | None => Err(Malformed::Count),
    }
}

/// Reads the values of a `DataRow`.
///
/// # Errors
/// [`Malformed`].
pub fn data_row(body: &[u8]) -> Result<Vec<Option<&[u8]>>, Malformed> {
    let mut reader = Reader::new(body);
    let count = reader.u16()?;
    let values = (0..count).map(|_| reader.value()).collect::<Result<_, _>>()?;
    reader.finish()?;
    Ok(values)
}

/// A column of a result, as a `RowDescription` has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputColumn {
    /// The table that it is a column of, by OID; 0 where it is none's.
    pub table: u32,
    /// The column's number in the table; 0 where it is none's.
    pub number: i16,
    /// Its type's OID.
    pub type_oid: u32,
    /// Whether it comes in binary; in the description of a statement it is not known yet.
    pub binary: bool,
}

/// Reads the body of a `RowDescription`.
///
/// # Errors
/// [`Malformed`].
pub fn row_description(body: &[u8]) -> Result<Vec<OutputColumn>, Malformed> {
    let mut reader = Reader::new(body);
    let count = reader.u16()?;
    let mut column = || {
        // A name may be cut in the middle of a letter.
        let name = reader.rest().iter().position(|byte| *byte == 0);
        reader.take(name.ok_or(Malformed::Unterminated)?.saturating_add(1))?;
        let (table, number, type_oid) = (reader.u32()?, reader.u16()?.cast_signed(), reader.u32()?);
        reader.take(6)?;
        Ok(OutputColumn { table, number, type_oid, binary: reader.u16()? != 0 })
    };
    let columns = (0..count).map(|_| column()).collect::<Result<_, _>>()?;
    reader.finish()?;
    Ok(columns)
}

//! The one call of libpg_query that the `pg_query` crate doesn't offer.
#![expect(unsafe_code, reason = "a call of C: see the comments at each")]

use std::ffi::{CStr, CString, c_char, c_void};

/// `PgQueryParseResult` of `pg_query.h`, of the very version that `Cargo.toml` pins.
#[repr(C)]
#[derive(Clone, Copy)]
struct ParseResult {
    parse_tree: *mut c_char,
    stderr_buffer: *mut c_char,
    error: *mut c_void,
}

// SAFETY: the declarations are those of `pg_query.h`; the `pg_query` crate links the library.
unsafe extern "C" {
    fn pg_query_parse(input: *const c_char) -> ParseResult;
    fn pg_query_free_parse_result(result: ParseResult);
}

/// A result until it is dropped.
struct Owned(ParseResult);

impl Drop for Owned {
    fn drop(&mut self) {
        // SAFETY: it came from `pg_query_parse`, and is freed this once: `Owned` can't be cloned.
        unsafe { pg_query_free_parse_result(self.0) }
    }
}

/// Lends the tree of a text as JSON; `None` where the parser refuses the text.
pub(super) fn with_json_tree<T>(text: &str, read: impl FnOnce(&[u8]) -> T) -> Option<T> {
    let input = CString::new(text).ok()?;
    // SAFETY: `input` ends with a zero byte and outlives the call, which reads it only. The
    // library keeps its state by thread, and sets it up when a thread first calls.
    let result = Owned(unsafe { pg_query_parse(input.as_ptr()) });
    if !result.0.error.is_null() || result.0.parse_tree.is_null() {
        return None;
    }
    // SAFETY: without an error the tree is a string of the library's that ends with a zero byte;
    // it lives as long as `result`, which outlives the loan.
    let tree = unsafe { CStr::from_ptr(result.0.parse_tree) };
    Some(read(tree.to_bytes()))
}

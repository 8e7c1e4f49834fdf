//! COPY data: however it is split, it is read one way; a text field is UTF-8 without NUL; a row
//! has as many fields as there are columns.
//!
//! The first byte chooses the format, the second the size of the pieces.
#![no_main]

use libfuzzer_sys::fuzz_target;
use septum_pgwire::copy::{CopyError, CopyErrorKind, Csv, Decoder, Format, Header, Options, Text};

const MAX_ROW: usize = 1024;

type Rows = Vec<Vec<Option<Vec<u8>>>>;

fn decode(options: &Options, pieces: &mut dyn Iterator<Item = &[u8]>) -> Result<Rows, CopyError> {
    let mut decoder = Decoder::new(options.clone()).unwrap();
    let mut rows = Vec::new();
    let mut drain = |decoder: &mut Decoder| -> Result<(), CopyError> {
        while let Some(row) = decoder.next_row()? {
            assert_eq!(row.len(), options.columns);
            rows.push(row.iter().map(|field| field.map(<[u8]>::to_vec)).collect());
        }
        Ok(())
    };
    for piece in pieces {
        decoder.feed(piece);
        drain(&mut decoder)?;
    }
    decoder.end();
    drain(&mut decoder)?;
    Ok(rows)
}

fn is_too_large(error: &CopyError) -> bool {
    matches!(error.kind, CopyErrorKind::RowTooLarge { .. })
}

fuzz_target!(|data: &[u8]| {
    let [choice, size, stream @ ..] = data else { return };
    let header = match choice >> 6 {
        0 | 1 => Header::None,
        2 => Header::Skip,
        _ => Header::Match(vec!["a".into(), "b".into()]),
    };
    let columns = if matches!(header, Header::Match(_)) { 2 } else { usize::from(choice >> 4 & 3) };
    let csv = Csv { header: header.clone(), ..Csv::default() };
    let format = match choice & 7 {
        0 | 1 => Format::Text(Text { header, ..Text::default() }),
        2 => Format::Text(Text { delimiter: b'|', null: String::new(), header }),
        3 | 4 => Format::Csv(csv),
        5 => Format::Csv(Csv { quote: b'\'', escape: b'\\', null: "N".into(), ..csv }),
        6 => Format::Csv(Csv {
            force_null: (0..columns).collect(),
            force_not_null: (0..columns).collect(),
            ..csv
        }),
        _ => Format::Binary,
    };
    let options = Options { format, columns, max_row: MAX_ROW };
    let whole = decode(&options, &mut std::iter::once(stream));
    let split = decode(&options, &mut stream.chunks(usize::from(*size).max(1)));
    match (&whole, &split) {
        // A row that is too large and wrong as well is refused for what is seen first.
        (Err(a), Err(b)) if is_too_large(a) || is_too_large(b) => return,
        _ => assert_eq!(split, whole),
    }
    if options.format != Format::Binary {
        for field in whole.iter().flatten().flatten().flatten() {
            assert!(std::str::from_utf8(field).is_ok() && !field.contains(&0));
        }
    }
});

//! The data of `COPY FROM STDIN`, decoded to rows.

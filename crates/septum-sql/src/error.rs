use septum_core::Reason;

/// Why a text has no statements that could be judged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SqlError {
    /// PostgreSQL's grammar refuses it.
    #[error("{message}")]
    Syntax {
        /// PostgreSQL's own message, like `syntax error at or near "form"`.
        message: String,
        /// Where: the character, counted from 1, where it can be told.
        position: Option<u32>,
    },
    /// It nests deeper than can be judged.
    #[error("the statement nests too deeply; write it flatter")]
    TooDeep,
    /// It has more parts than can be judged in time.
    #[error("the text has too many statements, or one of too many parts; split it")]
    TooLarge,
    /// The text that would be sent doesn't mean what was judged.
    #[error("the statement has no faithful canonical text; write it differently")]
    NotCanonical,
}

impl SqlError {
    /// The stable reason.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Syntax { .. } => Reason::SyntaxError,
            Self::TooDeep | Self::TooLarge => Reason::StatementTooLarge,
            Self::NotCanonical => Reason::NotCanonical,
        }
    }
}

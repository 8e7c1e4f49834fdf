use crate::dice::Dice;

/// The types of columns and expressions. None whose equal values have several spellings: a
/// comparison of results would see which one a plan happened to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ty {
    Int,
    Big,
    Text,
    Bool,
    /// `numeric(12, 2)`, that is only added, so that the scale stays.
    Num,
    Date,
    Json,
    Ints,
    Uuid,
}

pub(crate) const ALL: [Ty; 9] =
    [Ty::Int, Ty::Big, Ty::Text, Ty::Bool, Ty::Num, Ty::Date, Ty::Json, Ty::Ints, Ty::Uuid];

impl Ty {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Big => "bigint",
            Self::Text => "text",
            Self::Bool => "bool",
            Self::Num => "numeric(12,2)",
            Self::Date => "date",
            Self::Json => "jsonb",
            Self::Ints => "int[]",
            Self::Uuid => "uuid",
        }
    }

    /// What a parameter's type is called on the wire.
    pub(crate) fn oid(self) -> u32 {
        match self {
            Self::Int => 23,
            Self::Big => 20,
            Self::Text => 25,
            Self::Bool => 16,
            Self::Num => 1700,
            Self::Date => 1082,
            Self::Json => 3802,
            Self::Ints => 1007,
            Self::Uuid => 2950,
        }
    }

    /// A value's text, as a parameter has it.
    pub(crate) fn value(self, dice: &mut Dice) -> String {
        let n = dice.below(10);
        match self {
            Self::Int | Self::Big => n.to_string(),
            Self::Text => (*dice.pick(&["a", "b", "c", "", "own_1", "%", "3", "Zoë's"])).into(),
            Self::Bool => (*dice.pick(&["true", "false"])).into(),
            Self::Num => format!("{n}.50"),
            Self::Date => format!("2024-01-0{}", 1 + n % 9),
            Self::Json => format!(r#"{{"k": {n}, "t": "{}"}}"#, dice.pick(&["a", "b"])),
            Self::Ints => format!("{{{n},{}}}", dice.below(10)),
            Self::Uuid => format!("00000000-0000-0000-0000-00000000000{n}"),
        }
    }

    /// A value as a statement spells it.
    pub(crate) fn spell(self, value: &str) -> String {
        match self {
            Self::Int | Self::Bool => value.into(),
            Self::Big => format!("{value}::bigint"),
            Self::Text => format!("'{}'", value.replace('\'', "''")),
            Self::Num | Self::Date | Self::Json | Self::Ints | Self::Uuid => {
                format!("'{value}'::{}", self.name())
            }
        }
    }

    /// What a failing statement shrinks to.
    pub(crate) fn plain(self) -> String {
        match self {
            Self::Int => "1".into(),
            Self::Bool => "true".into(),
            Self::Text => "'a'".into(),
            other => format!("NULL::{}", other.name()),
        }
    }
}

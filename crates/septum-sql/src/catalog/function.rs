use serde::Deserialize;

use super::Oid;

/// A function, aggregate, window function or procedure (`pg_proc`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Function {
    /// Its OID.
    pub oid: Oid,
    /// Its schema.
    pub schema: Box<str>,
    /// Its name.
    pub name: Box<str>,
    /// What it is.
    pub kind: FunctionKind,
    /// Its language, like `internal`, `c`, `sql` or `plpgsql`.
    pub language: Box<str>,
    /// The role that owns it.
    pub owner: Oid,
    /// Whether it runs by the rights of its owner.
    pub security_definer: bool,
    /// What may change its result.
    pub volatility: Volatility,
    /// The types of its input arguments.
    pub arguments: Box<[Oid]>,
    /// How many of the last arguments may be left out.
    pub defaults: u16,
    /// The type of each further argument where the last one is VARIADIC; `"any"` too.
    pub variadic: Oid,
    /// The type of its result.
    pub returns: Oid,
    /// Whether it returns a set.
    pub returns_set: bool,
    /// The types of all its arguments, where some are not input.
    pub all_types: Option<Box<[Oid]>>,
    /// What each of all its arguments is for, where some are not input.
    pub modes: Option<Box<[ParameterMode]>>,
    /// The names of all its arguments, where they have any.
    pub names: Option<Box<[Box<str>]>>,
    /// The extension that it belongs to.
    pub extension: Option<Box<str>>,
}

/// What a function is (`pg_proc.prokind`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
pub enum FunctionKind {
    /// A plain function.
    #[serde(rename = "f")]
    Plain,
    /// A procedure, for CALL.
    #[serde(rename = "p")]
    Procedure,
    /// An aggregate.
    #[serde(rename = "a")]
    Aggregate,
    /// A window function.
    #[serde(rename = "w")]
    Window,
}

/// What may change a function's result (`pg_proc.provolatile`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
pub enum Volatility {
    /// Nothing: the same arguments always give the same result.
    #[serde(rename = "i")]
    Immutable,
    /// Nothing within one statement.
    #[serde(rename = "s")]
    Stable,
    /// Anything; it may have side effects.
    #[serde(rename = "v")]
    Volatile,
}

/// What an argument of a function is for (`pg_proc.proargmodes`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
pub enum ParameterMode {
    /// Input.
    #[serde(rename = "i")]
    In,
    /// Output.
    #[serde(rename = "o")]
    Out,
    /// Both.
    #[serde(rename = "b")]
    InOut,
    /// The last input, which takes any number of arguments.
    #[serde(rename = "v")]
    Variadic,
    /// A column of the result.
    #[serde(rename = "t")]
    Table,
}

use crate::catalog::{Oid, RelationKind, Volatility};
use crate::{Class, QualifiedName, Standing};

/// A relation that a statement reaches, as the catalog has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// The relation.
    pub oid: Oid,
    /// Its name, with its schema.
    pub name: QualifiedName,
    /// What it is.
    pub kind: RelationKind,
    /// What it is to a tenant.
    pub class: Class,
    /// Whether the tenancy model names it: somebody said what it is.
    pub listed: bool,
    /// Whether it is the target of a write.
    pub written: bool,
    /// The view whose definition reads it; `None` where the statement itself names it.
    pub view: Option<Oid>,
    /// Whether that view reads it by the rights of a role to whom its policies don't apply
    /// (catalogue S37, S38).
    pub past_policies: bool,
}

/// A function that a statement may call, by whatever syntax: one of the candidates.
///
/// Those of `pg_catalog` that were reviewed are left out, since all of them may be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callee {
    /// The function.
    pub oid: Oid,
    /// Its name, with its schema.
    pub name: QualifiedName,
    /// What is known of it by its name.
    pub standing: Standing,
    /// What stands in the statement.
    pub via: Via,
    /// The extension that it belongs to.
    pub extension: Option<Box<str>>,
    /// Whether it runs by the rights of its owner.
    pub security_definer: bool,
    /// What may change its result.
    pub volatility: Volatility,
}

/// How a function is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// By its name, or as what stands after a dot.
    Call,
    /// As an operator.
    Operator,
    /// As a cast, written or implied.
    Cast,
}

/// A name that leads to nothing in the catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// What it should name.
    pub what: MissingKind,
    /// The name.
    pub name: QualifiedName,
}

/// What a name should have led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingKind {
    /// A relation.
    Relation,
    /// A function that takes so many arguments.
    Function,
    /// An operator.
    Operator,
    /// A type.
    Type,
}

/// A value that meets a tenant column: is compared with it, assigned to it or inserted into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meet {
    /// The relation.
    pub relation: Oid,
    /// The column's number.
    pub column: i16,
    /// The value.
    pub value: MeetValue,
}

/// A value as it stands in the statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MeetValue {
    /// A constant, as PostgreSQL would read it.
    Literal(Box<str>),
    /// A parameter by its number.
    Parameter(u16),
    /// A parameter that is an array of such values.
    ParameterArray(u16),
}

/// What resolution adds to the facts of a statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Whether the statement was resolved at all: there was a model.
    pub resolved: bool,
    /// The relations, those behind views too.
    pub relations: Vec<Reached>,
    /// The functions that may be called, unless they are reviewed ones of `pg_catalog`.
    pub callees: Vec<Callee>,
    /// Names that lead nowhere.
    pub missing: Vec<Missing>,
    /// System columns of relations that hold rows of tenants, like `xmin`.
    pub system_columns: Vec<&'static str>,
    /// Values that meet a tenant column.
    pub meets: Vec<Meet>,
    /// Whether a constant met a tenant column, be it one that holds no key, such as `'{}'`: what
    /// the [`meets`](Self::meets) are depends on its value.
    pub constants_meet: bool,
}

impl Reach {
    /// How many names and values are noted: what their memory is counted by.
    pub fn names(&self) -> usize {
        self.relations.len()
            + self.callees.len()
            + self.missing.len()
            + self.system_columns.len()
            + self.meets.len()
    }
}

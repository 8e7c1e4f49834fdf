use septum_core::TenantId;

use crate::{Reach, Standing};

/// What a statement reaches, wherever it stands in it (catalogue S49).
///
/// Collected by a walk that names every field of every node it knows; what it doesn't know is
/// in [`unknown`](Self::unknown). These are names; [`reach`](Self::reach) is what they lead to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Functions called, by any syntax that keeps a name.
    pub functions: Vec<Function>,
    /// Names after a dot that are no reviewed function's. `x.name` is a column, or else the call
    /// `name(x)` of a function that takes one argument: only the catalog can tell.
    pub attributes: Vec<Function>,
    /// Relations read and written. A name that a common table expression in scope takes is
    /// none.
    pub relations: Vec<Relation>,
    /// Operators that were written with a schema, and operator classes.
    pub operators: Vec<QualifiedName>,
    /// Types named in casts and column definitions.
    pub types: Vec<QualifiedName>,
    /// Collations named.
    pub collations: Vec<QualifiedName>,
    /// Settings that `current_setting` reads and `set_config` writes inside the statement.
    pub settings: Vec<SettingUse>,
    /// Every uuid that a constant spells: a tenant's key may be among them.
    pub uuids: Vec<TenantId>,
    /// Whether rows are locked: FOR UPDATE and its kin.
    pub locks: bool,
    /// Whether the rows of all that is read are locked: FOR UPDATE and its kin without OF.
    pub locks_all: bool,
    /// Whether a statement inside may write: INSERT, UPDATE, DELETE or MERGE at any depth.
    pub writes: bool,
    /// What the names lead to, where there is a model of the database.
    pub reach: Reach,
    /// Kinds of nodes that the walk doesn't know. Not empty means: refuse.
    pub unknown: Vec<&'static str>,
}

impl Facts {
    /// How many names and settings are noted: what their memory is counted by.
    pub fn names(&self) -> usize {
        self.functions.len()
            + self.attributes.len()
            + self.relations.len()
            + self.operators.len()
            + self.types.len()
            + self.collations.len()
            + self.settings.len()
            + self.uuids.len()
            + self.reach.names()
    }
}

/// A name with the schema that was written before it, both as PostgreSQL folds them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct QualifiedName {
    /// The schema, if one was written.
    pub schema: Option<Box<str>>,
    /// The name.
    pub name: Box<str>,
}

impl std::fmt::Display for QualifiedName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}.")?;
        }
        f.write_str(&self.name)
    }
}

/// A call of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: QualifiedName,
    /// How many arguments it was given.
    pub arguments: usize,
    /// What is known of it.
    pub standing: Standing,
}

/// A use of a relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// Its name.
    pub name: QualifiedName,
    /// Whether it is the target of a write.
    pub written: bool,
}

/// A use of a setting inside a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingUse {
    /// The setting, lower case; `None` when it can't be known before the statement runs.
    pub name: Option<Box<str>>,
    /// The new value where it is a constant.
    pub value: Option<Box<str>>,
    /// Whether it is written.
    pub written: bool,
}

//! A statement as a tree that can be written out, and made smaller.

use crate::ty::Ty;

/// A part of a statement. It knows how it may shrink.
#[derive(Clone, Debug)]
pub(crate) enum Sql {
    Word(String),
    All(Vec<Sql>),
    /// May be left out.
    Maybe(Box<Sql>),
    /// Items may be left out, down to the least number.
    List {
        items: Vec<Sql>,
        separator: &'static str,
        least: usize,
    },
    /// An expression: a constant may stand for it, or an expression of its type inside.
    Term(Ty, Box<Sql>),
    /// A part of a FROM: another inside may stand for it.
    Source(Box<Sql>),
    /// What stands here, for a way that writes it differently.
    Mark(Mark, Box<Sql>),
}

/// The places that hand-made ways of writing a statement look at.
#[derive(Clone, Debug)]
pub(crate) enum Mark {
    /// A reference to a table, without its alias.
    Table(Place),
    /// The body of a common table expression.
    With,
    /// The right side of a join whose condition can be added to.
    Right,
    /// A join's condition; to the right of it stands this.
    On(Option<Place>),
    /// From FROM on to the end of WHERE, in a query that has this table alone.
    Alone(Place),
}

/// A table, by the names that it has where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) alias: String,
    /// Whether that is the table's own name, and no alias follows.
    pub(crate) bare: bool,
    /// Its tenant column, and what that is called here; none for a table that all share.
    pub(crate) tenant: Option<(String, String)>,
}

impl From<&str> for Sql {
    fn from(word: &str) -> Self {
        Self::Word(word.into())
    }
}

impl From<String> for Sql {
    fn from(word: String) -> Self {
        Self::Word(word)
    }
}

impl From<Vec<Sql>> for Sql {
    fn from(parts: Vec<Sql>) -> Self {
        Self::All(parts)
    }
}

impl From<Option<Sql>> for Sql {
    fn from(part: Option<Sql>) -> Self {
        part.map_or(Self::All(Vec::new()), |part| Self::Maybe(Box::new(part)))
    }
}

/// Parts in a row.
macro_rules! sql {
    ($($part:expr),* $(,)?) => { $crate::tree::Sql::All(vec![$($crate::tree::Sql::from($part)),*]) };
}
pub(crate) use sql;

impl Sql {
    pub(crate) fn comma(items: Vec<Self>) -> Self {
        Self::List { items, separator: " , ", least: 1 }
    }

    /// A list whose length something else relies on.
    pub(crate) fn exactly(items: Vec<Self>) -> Self {
        let least = items.len();
        Self::List { items, separator: " , ", least }
    }

    pub(crate) fn mark(self, mark: Mark) -> Self {
        Self::Mark(mark, Box::new(self))
    }

    pub(crate) fn source(self) -> Self {
        Self::Source(Box::new(self))
    }

    pub(crate) fn term(self, ty: Ty) -> Self {
        Self::Term(ty, Box::new(self))
    }

    /// The text.
    pub(crate) fn text(&self) -> String {
        self.written(&mut |_, _, text| text)
    }

    /// The text, with what stands at a mark written differently: `write` gets the mark, the
    /// marks around it and what would be written.
    pub(crate) fn written(&self, write: &mut Write<'_>) -> String {
        self.write(&mut Vec::new(), write)
    }

    fn write<'a>(&'a self, around: &mut Vec<&'a Mark>, write: &mut Write<'_>) -> String {
        let mut join = |parts: &'a [Self], separator| {
            let texts = parts.iter().map(|part| part.write(around, write));
            let texts: Vec<_> = texts.filter(|text| !text.is_empty()).collect();
            texts.join(separator)
        };
        match self {
            Self::Word(word) => word.clone(),
            Self::All(parts) => join(parts, " "),
            Self::List { items, separator, .. } => join(items, separator),
            Self::Maybe(part) | Self::Term(_, part) | Self::Source(part) => {
                part.write(around, write)
            }
            Self::Mark(mark, part) => {
                around.push(mark);
                let text = part.write(around, write);
                around.pop();
                write(mark, around, text)
            }
        }
    }

    /// The trees that are one step smaller, the boldest steps first.
    pub(crate) fn smaller(&self) -> Vec<Self> {
        let mut found = Vec::new();
        self.shrink(&mut |tree| found.push(tree));
        found.sort_by_key(|tree: &Self| tree.text().len());
        found
    }

    fn shrink(&self, found: &mut dyn FnMut(Self)) {
        match self {
            Self::Word(_) => {}
            Self::All(parts) => each(parts, found, &|parts| Self::All(parts)),
            Self::Maybe(part) => {
                found(Self::All(Vec::new()));
                part.shrink(&mut |part| found(Self::Maybe(Box::new(part))));
            }
            Self::List { items, separator, least } => {
                let list = |items| Self::List { items, separator, least: *least };
                if items.len() > *least {
                    for out in 0..items.len() {
                        let mut fewer = items.clone();
                        fewer.remove(out);
                        found(list(fewer));
                    }
                }
                each(items, found, &list);
            }
            Self::Term(ty, part) => {
                let plain = ty.plain();
                if part.text().len() > plain.len() {
                    found(Self::from(plain).term(*ty));
                }
                part.inside(&|one| matches!(one, Self::Term(of, _) if of == ty), found);
                part.shrink(&mut |part| found(part.term(*ty)));
            }
            Self::Source(part) => {
                part.inside(&|one| matches!(one, Self::Source(_)), found);
                part.shrink(&mut |part| found(part.source()));
            }
            Self::Mark(mark, part) => part.shrink(&mut |part| found(part.mark(mark.clone()))),
        }
    }

    /// The outermost parts of a kind inside.
    fn inside(&self, wanted: &dyn Fn(&Self) -> bool, found: &mut dyn FnMut(Self)) {
        match self {
            one if wanted(one) => found(one.clone()),
            Self::Word(_) => {}
            Self::All(parts) | Self::List { items: parts, .. } => {
                parts.iter().for_each(|part| part.inside(wanted, found));
            }
            Self::Maybe(part) | Self::Term(_, part) | Self::Mark(_, part) | Self::Source(part) => {
                part.inside(wanted, found);
            }
        }
    }
}

/// How a mark is written.
pub(crate) type Write<'a> = dyn FnMut(&Mark, &[&Mark], String) -> String + 'a;

fn each(parts: &[Sql], found: &mut dyn FnMut(Sql), whole: &dyn Fn(Vec<Sql>) -> Sql) {
    for (number, part) in parts.iter().enumerate() {
        part.shrink(&mut |smaller| {
            let mut parts = parts.to_vec();
            parts[number] = smaller;
            found(whole(parts));
        });
    }
}

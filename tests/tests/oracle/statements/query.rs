use super::Maker;
use super::from::From;
use super::scope::Frame;
use crate::tree::{Mark, Sql, sql};
use crate::ty::Ty;

/// What a query is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// Its rows are the answer.
    Top,
    /// It only says whether there are rows.
    Any,
    /// Its columns are used by their places.
    Columns,
}

impl Maker<'_> {
    /// A query that is a statement, and whether the order of its rows says something.
    pub(super) fn top_query(&mut self) -> (Sql, bool) {
        let ctes = self.ctes.len();
        let with = self.maybe(25, |maker| maker.with(true));
        self.may_lock = self.written.is_empty();
        let (sql, ordered) = match self.dice.below(60) {
            0 => {
                let table = self.dice.pick(&self.schema.tables).clone();
                (sql!["TABLE", self.reference(&table)], false)
            }
            1..=5 => {
                let types = self.types();
                let set = self.set_operation(&types);
                self.in_order(set, types.len())
            }
            6..=9 if self.may_lock => (self.locking(), false),
            _ => {
                let (select, width) = self.select(None, Purpose::Top);
                self.in_order(select, width)
            }
        };
        self.ctes.truncate(ctes);
        (sql![with, sql], ordered)
    }

    /// `ORDER BY` all columns, so that LIMIT means something.
    fn in_order(&mut self, sql: Sql, width: usize) -> (Sql, bool) {
        if width == 0 || !self.dice.percent(25) {
            return (sql, false);
        }
        (sql![sql, self.order_and_limit(width)], true)
    }

    fn order_and_limit(&mut self, width: usize) -> Sql {
        let direction = *self.dice.pick(&["", "", "DESC", "NULLS FIRST"]);
        let order: Vec<_> = (1..=width).map(|n| Sql::from(format!("{n} {direction}"))).collect();
        let limit = match self.dice.below(4) {
            0 => None,
            1 => Some("LIMIT 3".into()),
            2 => Some("OFFSET 1 FETCH FIRST 2 ROWS WITH TIES".into()),
            _ if self.may_query() => {
                let query = self.query_of(&[Ty::Int]);
                let name = self.name("l");
                Some(sql![
                    "LIMIT ( SELECT abs ( max ( x ) % 5 ) FROM (",
                    query,
                    format!(") AS {name} ( x ) )")
                ])
            }
            _ => Some("OFFSET 1".into()),
        };
        sql!["ORDER BY", Sql::exactly(order), limit]
    }

    /// A query of which only matters whether it has rows.
    pub(super) fn query(&mut self) -> Sql {
        self.select(None, Purpose::Any).0
    }

    /// A query with these columns. An ORDER BY can follow it.
    pub(super) fn query_of(&mut self, types: &[Ty]) -> Sql {
        let ctes = self.ctes.len();
        let with = self.maybe(5, |maker| maker.with(false));
        let sql = match self.dice.below(20) {
            0..=2 if self.fuel > 2 => self.set_operation(types),
            3 if self.fuel > 0 => {
                let inner = self.select(Some(types), Purpose::Columns).0;
                let limited = sql!["(", inner, self.order_and_limit(types.len()), ")"];
                sql!["SELECT * FROM", limited, format!("AS {}", self.name("o"))]
            }
            _ => self.select(Some(types), Purpose::Columns).0,
        };
        self.ctes.truncate(ctes);
        sql![with, sql]
    }

    pub(super) fn values(&mut self, types: &[Ty]) -> Sql {
        let row = |maker: &mut Self| {
            let items = types.iter().map(|ty| maker.expr(*ty)).collect();
            sql!["(", Sql::exactly(items), ")"]
        };
        self.frames.push(Frame::default());
        let rows = (0..1 + self.dice.below(3)).map(|_| row(self)).collect();
        self.frames.pop();
        sql!["VALUES", Sql::comma(rows)]
    }

    fn set_operation(&mut self, types: &[Ty]) -> Sql {
        self.fuel -= 2;
        let operator = *self.dice.pick(&[
            "UNION",
            "UNION ALL",
            "INTERSECT",
            "EXCEPT",
            "EXCEPT ALL",
            "INTERSECT ALL",
        ]);
        let side = |maker: &mut Self| match maker.dice.below(8) {
            0 => maker.values(types),
            1 if maker.fuel > 2 => maker.set_operation(types),
            _ => maker.select(Some(types), Purpose::Columns).0,
        };
        sql!["(", side(self), ")", operator, "(", side(self), ")"]
    }

    /// `SELECT ... FROM ...` and how many columns it has: none where that can't be told.
    fn select(&mut self, types: Option<&[Ty]>, purpose: Purpose) -> (Sql, usize) {
        self.fuel -= 1;
        if types.is_some() && self.dice.percent(4) {
            self.frames.push(Frame::default());
            let (items, width) = self.items(types, purpose);
            self.frames.pop();
            return (sql!["SELECT", items], width);
        }
        let from = self.from();
        self.frames.push(from.frame());
        let filter = self.filter(55);
        let (grouped, in_sets) = if self.may(22) { self.group() } else { (Sql::from(""), false) };
        let is_grouped = self.groups();
        let (list, width) = match (is_grouped, purpose) {
            (false, Purpose::Top) if self.dice.percent(20) => (self.stars(&from), 0),
            (false, Purpose::Any) if self.dice.percent(60) => {
                ((*self.dice.pick(&["1", "*", ""])).into(), 0)
            }
            _ => self.items(types, purpose),
        };
        let having = match is_grouped {
            true => self.maybe(35, |maker| sql!["HAVING", maker.expr(Ty::Bool)]),
            false => None,
        };
        let distinct =
            if width > 0 && !in_sets { self.maybe(12, |_| "DISTINCT".into()) } else { None };
        self.frames.pop();
        let mut rows = sql!["FROM", from.sql, filter];
        if let Some(place) = from.place {
            rows = rows.mark(Mark::Alone(place));
        }
        let mut sql = sql!["SELECT", distinct, list, rows, grouped, having];
        if in_sets {
            // PostgreSQL before 18 takes a key that equals a constant, as the tenant's does, for
            // one value, though a set without it makes it NULL: it wouldn't sort by it.
            let name = self.name("g");
            sql = sql!["SELECT * FROM (", sql, format!("OFFSET 0 ) AS {name}")];
        }
        if width > 0 && types.is_none() && purpose == Purpose::Top && self.dice.percent(4) {
            return (self.first_of_each(sql, width), 0);
        }
        (sql, width)
    }

    /// DISTINCT ON, in an order that leaves no choice.
    fn first_of_each(&mut self, sql: Sql, width: usize) -> Sql {
        let name = self.name("q");
        let order = (1..=width).map(|n| Sql::from(n.to_string())).collect();
        sql![
            "SELECT DISTINCT ON ( 1 ) * FROM (",
            sql,
            format!(") AS {name} ORDER BY"),
            Sql::exactly(order)
        ]
    }

    fn items(&mut self, types: Option<&[Ty]>, purpose: Purpose) -> (Sql, usize) {
        let wanted = match types {
            Some(types) => types.to_vec(),
            None => self.types(),
        };
        let items: Vec<_> = wanted.iter().map(|ty| self.item_of(*ty)).collect();
        match purpose {
            Purpose::Columns => (Sql::exactly(items), wanted.len()),
            Purpose::Top | Purpose::Any => (Sql::comma(items), wanted.len()),
        }
    }

    fn item_of(&mut self, ty: Ty) -> Sql {
        if self.may(8)
            && let Some(window) = self.window(ty)
        {
            return window.term(ty);
        }
        self.expr(ty)
    }

    /// `*` in its forms, and rows as values.
    fn stars(&mut self, from: &From) -> Sql {
        let rel = self.dice.pick(&from.rels).clone();
        let (rel, forms) = (rel.alias, if rel.scalar { 4 } else { 6 });
        match self.dice.below(forms) {
            0 => rel.into(),
            1 => sql![rel, ",", self.expr(Ty::Int), "AS x"],
            2 => sql![self.expr(Ty::Text), ", *"],
            4 => format!("{rel}.*").into(),
            5 => format!("({rel}).*").into(),
            _ => "*".into(),
        }
    }

    /// Locked rows with these columns. Nothing can follow it.
    pub(super) fn locked(&mut self, types: &[Ty]) -> Sql {
        let table = self.table();
        self.frames.push(table.frame());
        let items = types.iter().map(|ty| self.leaf(*ty).term(*ty)).collect();
        let filter = self.filter(40);
        self.frames.pop();
        sql!["SELECT", Sql::exactly(items), "FROM", table.sql, filter, "FOR UPDATE"]
    }

    /// A query that locks what it reads.
    fn locking(&mut self) -> Sql {
        let one = self.table();
        let from = if self.may(40) {
            self.frames.push(one.frame());
            let other = self.table();
            self.frames.pop();
            let (rels, columns) =
                ([one.rels, other.rels].concat(), [one.columns, other.columns].concat());
            From {
                sql: sql![one.sql, ",", other.sql],
                rels,
                columns,
                merged: Vec::new(),
                place: None,
            }
        } else {
            one
        };
        self.frames.push(from.frame());
        let stars = self.dice.percent(50);
        let list = if stars { self.stars(&from) } else { self.leaf(Ty::Int) };
        let filter = self.filter(55);
        self.frames.pop();
        let strength = *self.dice.pick(&["UPDATE", "NO KEY UPDATE", "SHARE", "KEY SHARE"]);
        let of = if self.dice.percent(50) {
            format!("OF {}", from.rels[0].alias)
        } else {
            String::new()
        };
        let wait = *self.dice.pick(&["", "", "NOWAIT", "SKIP LOCKED"]);
        sql!["SELECT", list, "FROM", from.sql, filter, format!("FOR {strength} {of} {wait}")]
    }
}

//! Expressions, by their type.

use super::Maker;
use crate::data::POISON;
use crate::tree::{Sql, sql};
use crate::ty::Ty;

impl Maker<'_> {
    /// An expression of a type.
    pub(super) fn expr(&mut self, ty: Ty) -> Sql {
        self.fuel -= 1;
        let plain = self.fuel <= 0 || self.dice.percent(45);
        let sql = if plain { self.leaf(ty) } else { self.compound(ty) };
        sql.term(ty)
    }

    /// A column, an aggregate, a parameter or a constant.
    pub(super) fn leaf(&mut self, ty: Ty) -> Sql {
        let groups = self.groups();
        if groups
            && self.dice.percent(50)
            && let Some(aggregate) = self.aggregate(ty)
        {
            return aggregate;
        }
        if self.dice.percent(85)
            && let Some(column) = self.column(ty)
        {
            return column.into();
        }
        self.constant(ty)
    }

    fn constant(&mut self, ty: Ty) -> Sql {
        if self.dice.percent(5) {
            return format!("NULL::{}", ty.name()).into();
        }
        let value = ty.value(self.dice);
        if self.parameters.len() < 3 && self.dice.percent(4) {
            self.parameters.push((ty, value));
            return format!("${}::{}", self.parameters.len(), ty.name()).into();
        }
        ty.spell(&value).into()
    }

    fn compound(&mut self, ty: Ty) -> Sql {
        match self.dice.below(10) {
            0 => return self.case(ty),
            1 => return sql!["coalesce (", self.expr(ty), ",", self.expr(ty), ")"],
            2 if ty != Ty::Json => {
                return sql!["nullif (", self.expr(ty), ",", self.expr(ty), ")"];
            }
            3 | 4 if self.may_query() => return self.scalar(ty),
            5 if ty != Ty::Json => {
                let which = *self.dice.pick(&["greatest (", "least ("]);
                return sql![which, self.expr(ty), ",", self.expr(ty), ")"];
            }
            6 if let Some(field) = self.field(ty) => return field,
            _ => {}
        }
        match ty {
            Ty::Int => self.int(),
            Ty::Big => self.big(),
            Ty::Text => self.text(),
            Ty::Bool => self.condition(),
            Ty::Num => {
                let operator = *self.dice.pick(&["+", "-"]);
                sql!["(", self.expr(ty), operator, self.expr(ty), ")"]
            }
            Ty::Date => sql!["(", self.expr(ty), "+ ((", self.expr(Ty::Int), ") % 30 ) )"],
            Ty::Json => self.json(),
            Ty::Ints => self.ints(),
            Ty::Uuid => self.leaf(ty),
        }
    }

    fn case(&mut self, ty: Ty) -> Sql {
        if self.dice.percent(30) {
            let of = *self.dice.pick(&[Ty::Int, Ty::Text]);
            let (value, when) = (self.expr(of), self.expr(of));
            return sql![
                "CASE",
                value,
                "WHEN",
                when,
                "THEN",
                self.expr(ty),
                "ELSE",
                self.expr(ty),
                "END"
            ];
        }
        let otherwise = self.maybe(70, |maker| sql!["ELSE", maker.expr(ty)]);
        let (when, then) = (self.expr(Ty::Bool), self.expr(ty));
        // What is an int in one branch and nothing in the other is one still.
        sql!["CASE WHEN", when, "THEN", then, otherwise, "END"]
    }

    /// `(row).field`, and the whole of a row in other ways.
    fn field(&mut self, ty: Ty) -> Option<Sql> {
        let rel = self.row()?;
        let fitting: Vec<_> = rel.columns.iter().filter(|column| column.ty == ty).collect();
        if fitting.is_empty() {
            return None;
        }
        let field = self.dice.pick(&fitting).name.clone();
        Some(format!("({}).{field}", rel.alias).into())
    }

    fn int(&mut self) -> Sql {
        match self.dice.below(11) {
            0 | 1 => {
                let operator = *self.dice.pick(&["+", "-", "*", "#", "&"]);
                // Seven factors of ten stay an int.
                sql![
                    "((",
                    self.expr(Ty::Int),
                    ") % 10",
                    operator,
                    "(",
                    self.expr(Ty::Int),
                    ") % 10 )"
                ]
            }
            2 => sql!["(", self.expr(Ty::Int), ") % 7"],
            3 => sql!["length (", self.expr(Ty::Text), ")"],
            4 => sql!["cardinality (", self.expr(Ty::Ints), ")"],
            5 => sql!["(", self.expr(Ty::Ints), ") [1]"],
            6 => sql!["((", self.expr(Ty::Json), ") ->> 'k' ) :: int"],
            7 => sql!["abs (", self.expr(Ty::Int), ")"],
            8 => self.trap(),
            9 => self.system_column(),
            _ => sql!["(", self.expr(Ty::Big), ") :: int"],
        }
    }

    /// An expression that fails on the rows of other tenants only.
    pub(super) fn trap(&mut self) -> Sql {
        let Some(column) = self.trapped_column() else { return self.leaf(Ty::Int) };
        match column.strip_suffix(".code") {
            Some(_) => format!("{column}::int").into(),
            None => format!("( 100 / ( {column} - {POISON} ) )").into(),
        }
    }

    fn trapped_column(&mut self) -> Option<String> {
        let rel = self.row()?;
        let is_trap = |name: &str| ["a", "b", "ref_id", "code"].contains(&name);
        let traps: Vec<_> =
            rel.columns.iter().filter(|column| is_trap(&column.name)).cloned().collect();
        if traps.is_empty() || !rel.trapped {
            return None;
        }
        Some(rel.column(self.dice.pick(&traps)))
    }

    fn system_column(&mut self) -> Sql {
        match self.row() {
            Some(rel) if rel.table.is_some() && self.dice.percent(40) => {
                let column = *self.dice.pick(&["tableoid::regclass::text", "ctid::text"]);
                sql!["length (", format!("{}.{column}", rel.alias), ")"]
            }
            _ => self.leaf(Ty::Int),
        }
    }

    fn big(&mut self) -> Sql {
        match self.dice.below(3) {
            0 => sql!["((", self.expr(Ty::Big), ") % 1000 +", self.expr(Ty::Int), ")"],
            1 => sql!["(", self.expr(Ty::Int), ") :: bigint"],
            _ => self.leaf(Ty::Big),
        }
    }

    fn text(&mut self) -> Sql {
        match self.dice.below(9) {
            0 => sql!["(", self.expr(Ty::Text), "||", self.expr(Ty::Text), ")"],
            1 => {
                let function = *self.dice.pick(&["upper (", "lower (", "md5 ("]);
                sql![function, self.expr(Ty::Text), ")"]
            }
            2 => sql!["left (", self.expr(Ty::Text), ", 3 )"],
            3 => sql!["(", self.expr(Ty::Int), ") :: text"],
            4 => sql!["((", self.expr(Ty::Json), ") ->> 't' )"],
            5 => sql!["concat (", self.expr(Ty::Text), ",", self.expr(Ty::Int), ")"],
            6 => sql!["(", self.expr(Ty::Uuid), ") :: text"],
            7 => match self.row() {
                Some(rel) => {
                    let whole =
                        *self.dice.pick(&["to_jsonb(R)::text", "R::text", "row_to_json(R)::text"]);
                    whole.replace('R', &rel.alias).into()
                }
                None => self.leaf(Ty::Text),
            },
            _ => sql!["array_to_string (", self.expr(Ty::Ints), ", ',' )"],
        }
    }

    fn json(&mut self) -> Sql {
        match self.dice.below(3) {
            0 => sql![
                "jsonb_build_object ( 'k' ,",
                self.expr(Ty::Int),
                ", 't' ,",
                self.expr(Ty::Text),
                ")"
            ],
            1 => match self.row() {
                // A row has other keys: neither of its values is asked for as a number.
                Some(rel) => sql!["jsonb_build_object ( 'row' ,", rel.alias, ")"],
                None => self.leaf(Ty::Json),
            },
            _ => self.leaf(Ty::Json),
        }
    }

    fn ints(&mut self) -> Sql {
        match self.dice.below(3) {
            0 => sql!["ARRAY [", self.expr(Ty::Int), ",", self.expr(Ty::Int), "]"],
            1 => sql!["array_append (", self.expr(Ty::Ints), ",", self.expr(Ty::Int), ")"],
            _ if self.may_query() => {
                let query = self.query_of(&[Ty::Int]);
                sql!["ARRAY (", query, "ORDER BY 1 )"]
            }
            _ => self.leaf(Ty::Ints),
        }
    }
}

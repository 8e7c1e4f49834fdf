use super::Maker;
use crate::schema::Column;
use crate::tree::{Sql, sql};
use crate::ty::Ty;

impl Maker<'_> {
    /// Whether an aggregate may stand here.
    pub(super) fn groups(&self) -> bool {
        self.frames.last().is_some_and(|frame| frame.keys.is_some() && !frame.in_aggregate)
    }

    /// `GROUP BY ...`, which may group by nothing, and whether it groups in several ways at once.
    /// From here on the query's columns are its keys.
    pub(super) fn group(&mut self) -> (Sql, bool) {
        let mut keys: Vec<Column> = Vec::new();
        for _ in 0..self.dice.below(3) {
            let ty = *self.dice.pick(&crate::ty::ALL);
            let own = self.own(ty);
            if !own.is_empty() {
                let key = self.dice.pick(&own).clone();
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
        }
        let names: Vec<_> = keys.iter().map(|key| key.name.as_str()).collect();
        let list = names.join(" , ");
        let how = if keys.is_empty() { usize::MAX } else { self.dice.below(8) };
        let by = match how {
            usize::MAX => String::new(),
            0 => format!("GROUP BY ROLLUP ( {list} )"),
            1 => format!("GROUP BY CUBE ( {list} )"),
            2 => format!("GROUP BY GROUPING SETS ( ( {list} ) , ( {} ) , ( ) )", names[0]),
            3 => format!("GROUP BY DISTINCT ROLLUP ( {list} ) , {}", names[0]),
            _ => format!("GROUP BY {list}"),
        };
        if let Some(frame) = self.frames.last_mut() {
            frame.keys = Some(keys);
            frame.no_window = how < 4;
        }
        (by.into(), how < 4)
    }

    /// An aggregate of the innermost query's rows.
    pub(super) fn aggregate(&mut self, ty: Ty) -> Option<Sql> {
        let of = match ty {
            Ty::Big | Ty::Ints => Ty::Int,
            other => other,
        };
        self.inside(true);
        // Without a column of this query it could be an aggregate of the query around it.
        let call = if self.own(of).is_empty() { None } else { self.call(ty, of) };
        self.inside(false);
        let call = call?;
        let filter = if self.dice.percent(15) {
            self.inside(true);
            let condition = self.expr(Ty::Bool);
            self.inside(false);
            Some(sql!["FILTER ( WHERE", condition, ")"])
        } else {
            None
        };
        Some(sql![call, filter])
    }

    fn inside(&mut self, is: bool) {
        if let Some(frame) = self.frames.last_mut() {
            frame.in_aggregate = is;
        }
    }

    fn call(&mut self, ty: Ty, of: Ty) -> Option<Sql> {
        let own = self.own(of);
        let column = self.dice.pick(&own).name.clone();
        let distinct = if self.dice.percent(20) { "DISTINCT" } else { "" };
        Some(match ty {
            Ty::Big => match self.dice.below(4) {
                0 => "count ( * )".into(),
                1 => sql!["sum ( coalesce (", column, ",", self.expr(Ty::Int), ") )"],
                2 => sql!["sum (", column, ")"],
                _ => sql!["count (", distinct, column, ")"],
            },
            Ty::Int if self.dice.percent(20) => {
                sql!["percentile_disc ( 0.5 ) WITHIN GROUP ( ORDER BY", column, ")"]
            }
            Ty::Int | Ty::Date => sql![*self.dice.pick(&["max (", "min ("]), column, ")"],
            Ty::Num => sql![*self.dice.pick(&["max (", "min (", "sum ("]), column, ")"],
            Ty::Text if self.dice.percent(50) => {
                sql!["string_agg (", distinct, column.clone(), ", ',' ORDER BY", column, ")"]
            }
            Ty::Text => sql![*self.dice.pick(&["max (", "min ("]), column, ")"],
            Ty::Bool => sql![*self.dice.pick(&["bool_and (", "bool_or (", "every ("]), column, ")"],
            Ty::Json => sql!["jsonb_agg (", column.clone(), "ORDER BY", column, ")"],
            Ty::Ints => sql!["array_agg (", distinct, column.clone(), "ORDER BY", column, ")"],
            Ty::Uuid => return None,
        })
    }
}

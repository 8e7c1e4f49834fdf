use pg_query::protobuf as p;
use pg_query::protobuf::a_const::Val;
use pg_query::protobuf::node::Node as NodeEnum;

use super::column::is_star;
use super::scope::{Typed, string};
use super::types::{
    BIT, BOOL, DATE, INT4, INT8, NAME, NUMERIC, TEXT, TIME, TIMESTAMP, TIMESTAMPTZ, TIMETZ, Ty,
    XML, array_of, element,
};
use super::{MissingKind, Resolver};

use crate::catalog::Oid;

impl<'a> Resolver<'a> {
    /// An expression, and what is known of it.
    pub(super) fn expression(&mut self, node: &'a p::Node) -> Typed {
        let typed = match &node.node {
            Some(node) => self.expression_of(node),
            None => Typed::UNKNOWN,
        };
        self.see(typed.ty);
        typed
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the catch-all arm refuses")]
    fn expression_of(&mut self, node: &'a NodeEnum) -> Typed {
        match node {
            NodeEnum::AConst(constant) => of_constant(constant).into(),
            // Whoever binds it may declare its type.
            NodeEnum::ParamRef(_) => {
                self.parameters = true;
                Typed::UNKNOWN
            }
            NodeEnum::ColumnRef(column) => self.column_ref(column),
            NodeEnum::TypeCast(cast) => {
                let from = match cast.arg.as_deref() {
                    // Whatever it is declared as, only this cast is applied to it.
                    Some(p::Node { node: Some(NodeEnum::ParamRef(_)) }) | None => Typed::UNKNOWN,
                    Some(arg) => self.expression(arg),
                };
                let of_parameter = matches!(
                    cast.arg.as_deref().and_then(|arg| arg.node.as_ref()),
                    Some(NodeEnum::ParamRef(_))
                );
                if of_parameter {
                    self.cast_parameter(cast.type_name.as_ref());
                }
                let ty = self.cast_to(from.ty, cast.type_name.as_ref());
                Typed { ty, origin: from.origin }
            }
            NodeEnum::FuncCall(call) => self.call(call).0,
            NodeEnum::AExpr(operation) => self.operation(operation).into(),
            NodeEnum::BoolExpr(operation) => {
                self.expressions(&operation.args);
                BOOL.into()
            }
            NodeEnum::NullTest(test) => self.test(test.arg.as_deref()),
            NodeEnum::BooleanTest(test) => self.test(test.arg.as_deref()),
            NodeEnum::SubLink(link) => self.sub_link(link).into(),
            NodeEnum::CaseExpr(case) => self.case(case).into(),
            NodeEnum::CoalesceExpr(arms) => self.arms(&arms.args).into(),
            NodeEnum::MinMaxExpr(arms) => self.arms(&arms.args).into(),
            NodeEnum::AArrayExpr(array) => {
                let element = self.arms(&array.elements);
                array_of(self.catalog, element).into()
            }
            NodeEnum::RowExpr(row) => {
                self.expressions(&row.args);
                Typed::UNKNOWN
            }
            NodeEnum::AIndirection(part) => self.indirection(part).into(),
            NodeEnum::CollateClause(collate) => {
                self.optional(collate.arg.as_deref()).unwrap_or(Typed::UNKNOWN)
            }
            NodeEnum::SqlvalueFunction(value) => of_value(value).into(),
            NodeEnum::GroupingFunc(grouping) => {
                self.expressions(&grouping.args);
                INT4.into()
            }
            NodeEnum::GroupingSet(set) => {
                self.expressions(&set.content);
                Typed::UNKNOWN
            }
            NodeEnum::NamedArgExpr(named) => {
                self.optional(named.arg.as_deref()).unwrap_or(Typed::UNKNOWN)
            }
            NodeEnum::ResTarget(target) => {
                self.optional(target.val.as_deref()).unwrap_or(Typed::UNKNOWN)
            }
            NodeEnum::List(list) => {
                self.expressions(&list.items);
                Typed::UNKNOWN
            }
            NodeEnum::MultiAssignRef(part) => {
                self.optional(part.source.as_deref());
                Typed::UNKNOWN
            }
            NodeEnum::SetToDefault(_) => Ty::Literal.into(),
            NodeEnum::CurrentOfExpr(_) => BOOL.into(),
            NodeEnum::MergeSupportFunc(_) => TEXT.into(),
            NodeEnum::AStar(_) => Typed::UNKNOWN,
            NodeEnum::XmlExpr(xml) => {
                self.expressions(&xml.named_args);
                self.expressions(&xml.args);
                match xml.op() {
                    p::XmlExprOp::IsDocument => BOOL.into(),
                    p::XmlExprOp::IsXmlserialize | p::XmlExprOp::Undefined => Typed::UNKNOWN,
                    p::XmlExprOp::IsXmlconcat
                    | p::XmlExprOp::IsXmlelement
                    | p::XmlExprOp::IsXmlforest
                    | p::XmlExprOp::IsXmlparse
                    | p::XmlExprOp::IsXmlpi
                    | p::XmlExprOp::IsXmlroot => XML.into(),
                }
            }
            NodeEnum::XmlSerialize(xml) => {
                self.optional(xml.expr.as_deref());
                self.cast_to(XML, xml.type_name.as_ref()).into()
            }
            NodeEnum::JsonObjectConstructor(_)
            | NodeEnum::JsonArrayConstructor(_)
            | NodeEnum::JsonArrayQueryConstructor(_)
            | NodeEnum::JsonObjectAgg(_)
            | NodeEnum::JsonArrayAgg(_)
            | NodeEnum::JsonFuncExpr(_)
            | NodeEnum::JsonParseExpr(_)
            | NodeEnum::JsonScalarExpr(_)
            | NodeEnum::JsonSerializeExpr(_)
            | NodeEnum::JsonValueExpr(_)
            | NodeEnum::JsonKeyValue(_)
            | NodeEnum::JsonIsPredicate(_) => self.json(node).into(),
            _ => {
                self.refuse("expression");
                Typed::UNKNOWN
            }
        }
    }

    fn test(&mut self, tested: Option<&'a p::Node>) -> Typed {
        self.optional(tested);
        BOOL.into()
    }

    fn arms(&mut self, arms: &'a [p::Node]) -> Ty {
        let types: Vec<Ty> = arms.iter().map(|arm| self.expression(arm).ty).collect();
        Ty::common(types).settled()
    }

    fn case(&mut self, case: &'a p::CaseExpr) -> Ty {
        // The test is evaluated once, as text where it has no type.
        let test = self.optional(case.arg.as_deref()).map(|test| test.ty.settled());
        let mut results = Vec::new();
        for when in &case.args {
            let Some(NodeEnum::CaseWhen(when)) = &when.node else {
                self.refuse("CASE");
                continue;
            };
            let value = self.optional(when.expr.as_deref()).unwrap_or(Typed::UNKNOWN);
            if let Some(test) = test {
                self.operator_named("=", Some(test), value.ty);
            }
            results.extend(self.optional(when.result.as_deref()));
        }
        results.extend(self.optional(case.defresult.as_deref()));
        Ty::common(results.iter().map(|result| result.ty)).settled()
    }

    fn operation(&mut self, operation: &'a p::AExpr) -> Ty {
        use p::AExprKind as K;
        let (left, right) = (operation.lexpr.as_deref(), operation.rexpr.as_deref());
        let Some(right) = right else {
            self.refuse("A_Expr");
            return Ty::Unknown;
        };
        let name = &operation.name;
        if compares(operation) {
            self.meet(operation.kind(), left, right);
        }
        match operation.kind() {
            K::AexprOp => self.plain_operation(name, left, right),
            K::AexprDistinct | K::AexprNotDistinct => {
                self.plain_operation(name, left, right);
                self.row_operation(name, left);
                BOOL
            }
            K::AexprNullif => {
                let l = self.optional(left).map_or(Ty::Unknown, |left| left.ty);
                let r = self.expression(right).ty;
                self.operator(name, Some(l), r);
                if l == r { l.settled() } else { Ty::Unknown }
            }
            K::AexprOpAny | K::AexprOpAll => {
                let l = self.optional(left).map_or(Ty::Unknown, |left| left.ty);
                let r = self.expression(right).ty;
                let r = element(self.catalog, r);
                self.operator(name, Some(l), r);
                BOOL
            }
            K::AexprIn => {
                self.in_list(name, left, right);
                self.row_operation(name, left);
                BOOL
            }
            K::AexprLike | K::AexprIlike | K::AexprSimilar => {
                let l = self.optional(left).map_or(Ty::Unknown, |left| left.ty);
                let r = self.expression(right).ty;
                self.operator(name, Some(l), r);
                BOOL
            }
            K::AexprBetween | K::AexprNotBetween | K::AexprBetweenSym | K::AexprNotBetweenSym => {
                let l = self.optional(left).map_or(Ty::Unknown, |left| left.ty);
                for bound in list(right) {
                    let r = self.expression(bound).ty;
                    for name in ["<", "<=", ">", ">="] {
                        self.operator_named(name, Some(l), r);
                    }
                }
                BOOL
            }
            K::Undefined => {
                self.refuse("A_Expr");
                Ty::Unknown
            }
        }
    }

    fn plain_operation(
        &mut self,
        name: &'a [p::Node],
        left: Option<&'a p::Node>,
        right: &'a p::Node,
    ) -> Ty {
        if let Some((lefts, rights)) = left.and_then(row).zip(row(right))
            && lefts.len() == rights.len()
        {
            for (left, right) in lefts.iter().zip(rights) {
                let (l, r) = (self.expression(left).ty, self.expression(right).ty);
                self.operator(name, Some(l), r);
            }
            return BOOL;
        }
        let l = self.optional(left).map(|left| left.ty);
        let r = self.expression(right).ty;
        let result = self.operator(name, l, r);
        if left.is_some_and(is_row) {
            // `(a, b) = (SELECT ...)`: each pair has an operator of its own.
            self.operator(name, Some(Ty::Unknown), Ty::Unknown);
            return BOOL;
        }
        result
    }

    /// A row that is cast to its type is compared column by column too.
    fn row_operation(&mut self, name: &'a [p::Node], left: Option<&'a p::Node>) {
        let whole = |left| is_cast_row(left) || is_starred_row(left);
        if !name.is_empty() && left.is_some_and(whole) {
            self.operator(name, Some(Ty::Unknown), Ty::Unknown);
        }
    }

    /// Each item has an operator of its own, or all of them one of their common type.
    fn in_list(&mut self, name: &'a [p::Node], left: Option<&'a p::Node>, right: &'a p::Node) {
        if let Some(lefts) = left.and_then(row) {
            let lefts: Vec<Ty> = lefts.iter().map(|one| self.expression(one).ty).collect();
            for item in list(right) {
                match row(item) {
                    Some(rights) => {
                        for (at, right) in rights.iter().enumerate() {
                            let r = self.expression(right).ty;
                            let l = lefts.get(at).copied().unwrap_or(Ty::Unknown);
                            self.operator(name, Some(l), r);
                        }
                    }
                    None => {
                        self.expression(item);
                        self.operator(name, Some(Ty::Unknown), Ty::Unknown);
                    }
                }
            }
            return;
        }
        let l = self.optional(left).map_or(Ty::Unknown, |left| left.ty);
        let mut types = vec![l];
        for item in list(right) {
            let ty = self.expression(item).ty;
            if !types.iter().skip(1).any(|known| *known == ty) {
                types.push(ty);
                self.operator(name, Some(l), ty);
            }
        }
        let common = Ty::common(types);
        self.operator(name, Some(l), common);
    }

    fn sub_link(&mut self, link: &'a p::SubLink) -> Ty {
        use p::SubLinkType as S;
        let tested = link.testexpr.as_deref();
        let tests: Vec<Ty> = match tested.and_then(row) {
            Some(parts) => parts.iter().map(|part| self.expression(part).ty).collect(),
            None => self.optional(tested).map(|test| test.ty).into_iter().collect(),
        };
        let Some(query) = link.subselect.as_deref() else {
            self.refuse("SubLink");
            return Ty::Unknown;
        };
        let columns = self.subquery(query);
        let first = match columns.list.first() {
            Some(column) if !columns.open => column.typed.ty,
            Some(_) | None => Ty::Unknown,
        };
        match link.sub_link_type() {
            S::ExistsSublink => BOOL,
            S::AnySublink | S::AllSublink => {
                if tested.is_some_and(|tested| is_cast_row(tested) || is_starred_row(tested)) {
                    self.operator_named("=", Some(Ty::Unknown), Ty::Unknown);
                    self.row_operation(&link.oper_name, tested);
                }
                for (at, test) in tests.iter().enumerate() {
                    let column = columns.list.get(at).filter(|_| !columns.open);
                    let ty = column.map_or(Ty::Unknown, |column| column.typed.ty);
                    if link.oper_name.is_empty() {
                        self.operator_named("=", Some(*test), ty);
                    } else {
                        self.operator(&link.oper_name, Some(*test), ty);
                    }
                }
                BOOL
            }
            S::ExprSublink => first,
            S::ArraySublink => array_of(self.catalog, first),
            S::RowcompareSublink | S::MultiexprSublink | S::CteSublink | S::Undefined => {
                self.refuse("SubLink");
                Ty::Unknown
            }
        }
    }

    /// `x[1]`, `x[1:2]`, `(x).f`.
    fn indirection(&mut self, part: &'a p::AIndirection) -> Ty {
        let mut ty = self.optional(part.arg.as_deref()).map_or(Ty::Unknown, |arg| arg.ty);
        for step in &part.indirection {
            ty = self.step(ty, step);
        }
        ty
    }

    pub(super) fn step(&mut self, ty: Ty, step: &'a p::Node) -> Ty {
        match &step.node {
            Some(NodeEnum::AIndices(indices)) => {
                self.optional(indices.lidx.as_deref());
                self.optional(indices.uidx.as_deref());
                // Of several in a row only the last gives the element.
                Ty::Unknown
            }
            Some(NodeEnum::AStar(_)) => Ty::Unknown,
            Some(_) => match string(step) {
                Some(name) => self.field(ty, name),
                None => {
                    self.refuse("indirection");
                    Ty::Unknown
                }
            },
            None => Ty::Unknown,
        }
    }

    /// A column of a row, or else a function of it.
    pub(super) fn field(&mut self, row: Ty, name: &str) -> Ty {
        let relation = match row {
            Ty::Of(oid) => self.catalog.type_of(oid).map(|row| row.relation),
            Ty::Unknown | Ty::Literal => None,
        };
        let columns = relation.and_then(|relation| self.catalog.relation(relation));
        match columns.and_then(|columns| columns.column(name)) {
            Some(column) => Ty::declared(self.catalog, column.type_oid),
            None => {
                let called = self.attribute(name, row);
                if called == 0 && relation == Some(Oid::NONE) {
                    self.missing(MissingKind::Function, None, name);
                }
                // `(x).xmin` is `x.xmin` where `x` is a whole row.
                self.perhaps_system(name).ty
            }
        }
    }
}

fn of_constant(constant: &p::AConst) -> Ty {
    match &constant.val {
        _ if constant.isnull => Ty::Literal,
        Some(Val::Ival(_)) => INT4,
        Some(Val::Fval(number)) => match number.fval.parse::<i64>() {
            Ok(number) if i32::try_from(number).is_ok() => INT4,
            Ok(_) => INT8,
            Err(_) => NUMERIC,
        },
        Some(Val::Boolval(_)) => BOOL,
        Some(Val::Sval(_)) => Ty::Literal,
        Some(Val::Bsval(_)) => BIT,
        None => Ty::Literal,
    }
}

fn of_value(value: &p::SqlValueFunction) -> Ty {
    use p::SqlValueFunctionOp as V;
    match value.op() {
        V::SvfopCurrentDate => DATE,
        V::SvfopCurrentTime | V::SvfopCurrentTimeN => TIMETZ,
        V::SvfopCurrentTimestamp | V::SvfopCurrentTimestampN => TIMESTAMPTZ,
        V::SvfopLocaltime | V::SvfopLocaltimeN => TIME,
        V::SvfopLocaltimestamp | V::SvfopLocaltimestampN => TIMESTAMP,
        V::SvfopCurrentRole
        | V::SvfopCurrentUser
        | V::SvfopUser
        | V::SvfopSessionUser
        | V::SvfopCurrentCatalog
        | V::SvfopCurrentSchema => NAME,
        V::SqlvalueFunctionOpUndefined => Ty::Unknown,
    }
}

/// The parts of a row that is written as such; none where one of them is a star, which stands for
/// any number.
pub(super) fn row(node: &p::Node) -> Option<&[p::Node]> {
    match &node.node {
        Some(NodeEnum::RowExpr(row)) if !row.args.iter().any(is_star) => Some(&row.args),
        _ => None,
    }
}

fn is_starred_row(node: &p::Node) -> bool {
    is_row(node) && row(node).is_none()
}

fn is_row(node: &p::Node) -> bool {
    matches!(&node.node, Some(NodeEnum::RowExpr(_)))
}

/// Whether values are compared as such: a pattern of LIKE is no tenant's key.
fn compares(operation: &p::AExpr) -> bool {
    use p::AExprKind as K;
    match operation.kind() {
        K::AexprOp | K::AexprOpAny | K::AexprOpAll => {
            let name = operation.name.last().and_then(string);
            name.is_some_and(|name| ["=", "<>", "<", "<=", ">", ">="].contains(&name))
        }
        K::AexprDistinct
        | K::AexprNotDistinct
        | K::AexprNullif
        | K::AexprIn
        | K::AexprBetween
        | K::AexprNotBetween
        | K::AexprBetweenSym
        | K::AexprNotBetweenSym => true,
        K::AexprLike | K::AexprIlike | K::AexprSimilar | K::Undefined => false,
    }
}

fn is_cast_row(node: &p::Node) -> bool {
    match &node.node {
        Some(NodeEnum::TypeCast(cast)) => {
            cast.arg.as_deref().is_some_and(|arg| is_row(arg) || is_cast_row(arg))
        }
        _ => false,
    }
}

/// The items of a list.
pub(super) fn list(node: &p::Node) -> &[p::Node] {
    match &node.node {
        Some(NodeEnum::List(list)) => &list.items,
        _ => std::slice::from_ref(node),
    }
}

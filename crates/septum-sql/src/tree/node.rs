//! Every kind of node that the parser can make, by what it may be in a judged statement.

use pg_query::protobuf as p;
use pg_query::protobuf::node::Node as NodeEnum;

use super::values::Values as _;
use super::{Walk, Walker};

macro_rules! kinds {
    (
        inside: $($inside:ident)*;
        top: $($top:ident = $top_name:literal,)*;
        refused: $($refused:ident = $refused_name:literal,)*;
        never: $($never:ident)*;
    ) => {
        impl Walk for p::Node {
            /// Walks what may stand inside a statement; anything else is noted as unknown.
            ///
            /// INVARIANT: no catch-all arm, so that a kind which a new parser adds is decided
            /// upon before this compiles.
            fn walk(&mut self, walker: &mut Walker) {
                // PostgreSQL has empty nodes too: `SELECT DISTINCT` is a list of one.
                let Some(node) = &mut self.node else { return };
                let at_value = std::mem::take(&mut walker.at_value);
                if !walker.goes_on() {
                    return;
                }
                match node {
                    NodeEnum::AConst(constant) => walker.meet(constant, at_value),
                    NodeEnum::List(list) if at_value => list.items.walk_values(walker),
                    $(NodeEnum::$inside(node) => node.walk(walker),)*
                    $(NodeEnum::$top(_) => walker.unknown($top_name),)*
                    $(NodeEnum::$refused(_) => walker.unknown($refused_name),)*
                    $(NodeEnum::$never(_) => walker.unknown(stringify!($never)),)*
                }
                walker.leave(node);
            }
        }

        /// Walks a statement: the kinds that may only stand at the top too.
        pub(crate) fn walk_statement(node: &mut NodeEnum, walker: &mut Walker) {
            match node {
                $(NodeEnum::$inside(node) => node.walk(walker),)*
                NodeEnum::AConst(constant) => constant.walk(walker),
                $(NodeEnum::$top(node) => node.walk(walker),)*
                $(NodeEnum::$refused(_) => walker.unknown($refused_name),)*
                $(NodeEnum::$never(_) => walker.unknown(stringify!($never)),)*
            }
            walker.leave(node);
        }

        /// The SQL name of a command that never runs; of anything else, what to call it.
        pub(crate) fn command(node: &NodeEnum) -> &'static str {
            match node {
                $(NodeEnum::$inside(_) => "this command",)*
                NodeEnum::AConst(_) => "this command",
                $(NodeEnum::$top(_) => $top_name,)*
                $(NodeEnum::$refused(_) => $refused_name,)*
                $(NodeEnum::$never(_) => "this command",)*
            }
        }
    };
}

kinds! {
    inside:
        Alias RangeVar GroupingFunc MergeSupportFunc NamedArgExpr BoolExpr SubLink CaseExpr
        CaseWhen RowExpr CoalesceExpr MinMaxExpr SqlvalueFunction XmlExpr JsonFormat
        JsonReturning JsonValueExpr JsonIsPredicate JsonBehavior NullTest BooleanTest
        SetToDefault CurrentOfExpr JoinExpr TypeName ColumnRef ParamRef AExpr TypeCast
        CollateClause FuncCall AStar AIndices AIndirection AArrayExpr ResTarget MultiAssignRef
        SortBy WindowDef RangeSubselect RangeFunction RangeTableFunc RangeTableFuncCol
        RangeTableSample ColumnDef IndexElem DefElem LockingClause XmlSerialize GroupingSet
        InferClause OnConflictClause CtesearchClause CtecycleClause CommonTableExpr
        MergeWhenClause ReturningOption ReturningClause JsonOutput JsonArgument JsonFuncExpr
        JsonTablePathSpec JsonTable JsonTableColumn JsonKeyValue JsonParseExpr JsonScalarExpr
        JsonSerializeExpr JsonObjectConstructor JsonArrayConstructor JsonArrayQueryConstructor
        JsonAggConstructor JsonObjectAgg JsonArrayAgg InsertStmt DeleteStmt UpdateStmt MergeStmt
        SelectStmt Integer Float Boolean String BitString List;
    top:
        CopyStmt = "COPY",
        TransactionStmt = "a transaction command",
        VariableSetStmt = "SET",
        VariableShowStmt = "SHOW",
        DeclareCursorStmt = "DECLARE CURSOR",
        FetchStmt = "FETCH",
        ClosePortalStmt = "CLOSE",
        ExplainStmt = "EXPLAIN",
    ;
    refused:
        ReturnStmt = "RETURN",
        PlassignStmt = "assignment",
        CreateSchemaStmt = "CREATE SCHEMA",
        AlterTableStmt = "ALTER TABLE",
        AlterCollationStmt = "ALTER COLLATION",
        AlterDomainStmt = "ALTER DOMAIN",
        GrantStmt = "GRANT or REVOKE",
        GrantRoleStmt = "GRANT or REVOKE of a role",
        AlterDefaultPrivilegesStmt = "ALTER DEFAULT PRIVILEGES",
        CreateStmt = "CREATE TABLE",
        CreateTableSpaceStmt = "CREATE TABLESPACE",
        DropTableSpaceStmt = "DROP TABLESPACE",
        AlterTableSpaceOptionsStmt = "ALTER TABLESPACE",
        AlterTableMoveAllStmt = "ALTER TABLE ALL",
        CreateExtensionStmt = "CREATE EXTENSION",
        AlterExtensionStmt = "ALTER EXTENSION",
        AlterExtensionContentsStmt = "ALTER EXTENSION",
        CreateFdwStmt = "CREATE FOREIGN DATA WRAPPER",
        AlterFdwStmt = "ALTER FOREIGN DATA WRAPPER",
        CreateForeignServerStmt = "CREATE SERVER",
        AlterForeignServerStmt = "ALTER SERVER",
        CreateForeignTableStmt = "CREATE FOREIGN TABLE",
        CreateUserMappingStmt = "CREATE USER MAPPING",
        AlterUserMappingStmt = "ALTER USER MAPPING",
        DropUserMappingStmt = "DROP USER MAPPING",
        ImportForeignSchemaStmt = "IMPORT FOREIGN SCHEMA",
        CreatePolicyStmt = "CREATE POLICY",
        AlterPolicyStmt = "ALTER POLICY",
        CreateAmStmt = "CREATE ACCESS METHOD",
        CreateTrigStmt = "CREATE TRIGGER",
        CreateEventTrigStmt = "CREATE EVENT TRIGGER",
        AlterEventTrigStmt = "ALTER EVENT TRIGGER",
        CreatePlangStmt = "CREATE LANGUAGE",
        CreateRoleStmt = "CREATE ROLE",
        AlterRoleStmt = "ALTER ROLE",
        AlterRoleSetStmt = "ALTER ROLE ... SET",
        DropRoleStmt = "DROP ROLE",
        CreateSeqStmt = "CREATE SEQUENCE",
        AlterSeqStmt = "ALTER SEQUENCE",
        DefineStmt = "CREATE AGGREGATE, OPERATOR or TYPE",
        CreateDomainStmt = "CREATE DOMAIN",
        CreateOpClassStmt = "CREATE OP CLASS",
        CreateOpFamilyStmt = "CREATE OP FAMILY",
        AlterOpFamilyStmt = "ALTER OP FAMILY",
        DropStmt = "DROP",
        TruncateStmt = "TRUNCATE",
        CommentStmt = "COMMENT",
        SecLabelStmt = "SECURITY LABEL",
        IndexStmt = "CREATE INDEX",
        CreateStatsStmt = "CREATE STATISTICS",
        AlterStatsStmt = "ALTER STATISTICS",
        CreateFunctionStmt = "CREATE FUNCTION",
        AlterFunctionStmt = "ALTER FUNCTION",
        DoStmt = "DO",
        CallStmt = "CALL",
        RenameStmt = "ALTER ... RENAME",
        AlterObjectDependsStmt = "ALTER ... DEPENDS",
        AlterObjectSchemaStmt = "ALTER ... SET SCHEMA",
        AlterOwnerStmt = "ALTER ... OWNER",
        AlterOperatorStmt = "ALTER OPERATOR",
        AlterTypeStmt = "ALTER TYPE",
        RuleStmt = "CREATE RULE",
        NotifyStmt = "NOTIFY",
        ListenStmt = "LISTEN",
        UnlistenStmt = "UNLISTEN",
        CompositeTypeStmt = "CREATE TYPE",
        CreateEnumStmt = "CREATE TYPE",
        CreateRangeStmt = "CREATE TYPE",
        AlterEnumStmt = "ALTER TYPE",
        ViewStmt = "CREATE VIEW",
        LoadStmt = "LOAD",
        CreatedbStmt = "CREATE DATABASE",
        AlterDatabaseStmt = "ALTER DATABASE",
        AlterDatabaseRefreshCollStmt = "ALTER DATABASE",
        AlterDatabaseSetStmt = "ALTER DATABASE ... SET",
        DropdbStmt = "DROP DATABASE",
        AlterSystemStmt = "ALTER SYSTEM",
        ClusterStmt = "CLUSTER",
        VacuumStmt = "VACUUM or ANALYZE",
        CreateTableAsStmt = "CREATE TABLE AS",
        RefreshMatViewStmt = "REFRESH MATERIALIZED VIEW",
        CheckPointStmt = "CHECKPOINT",
        DiscardStmt = "DISCARD",
        LockStmt = "LOCK",
        ConstraintsSetStmt = "SET CONSTRAINTS",
        ReindexStmt = "REINDEX",
        CreateConversionStmt = "CREATE CONVERSION",
        CreateCastStmt = "CREATE CAST",
        CreateTransformStmt = "CREATE TRANSFORM",
        PrepareStmt = "PREPARE",
        ExecuteStmt = "EXECUTE",
        DeallocateStmt = "DEALLOCATE",
        DropOwnedStmt = "DROP OWNED",
        ReassignOwnedStmt = "REASSIGN OWNED",
        AlterTsdictionaryStmt = "ALTER TEXT SEARCH DICTIONARY",
        AlterTsconfigurationStmt = "ALTER TEXT SEARCH CONFIGURATION",
        CreatePublicationStmt = "CREATE PUBLICATION",
        AlterPublicationStmt = "ALTER PUBLICATION",
        CreateSubscriptionStmt = "CREATE SUBSCRIPTION",
        AlterSubscriptionStmt = "ALTER SUBSCRIPTION",
        DropSubscriptionStmt = "DROP SUBSCRIPTION",
    ;
    never:
        TableFunc IntoClause Var Param Aggref WindowFunc WindowFuncRunCondition SubscriptingRef
        FuncExpr OpExpr DistinctExpr NullIfExpr ScalarArrayOpExpr SubPlan AlternativeSubPlan
        FieldSelect FieldStore RelabelType CoerceViaIo ArrayCoerceExpr ConvertRowtypeExpr
        CollateExpr CaseTestExpr ArrayExpr RowCompareExpr JsonConstructorExpr JsonExpr
        JsonTablePath JsonTablePathScan JsonTableSiblingJoin MergeAction CoerceToDomain
        CoerceToDomainValue NextValueExpr InferenceElem ReturningExpr TargetEntry RangeTblRef
        FromExpr OnConflictExpr Query RoleSpec TableLikeClause PartitionElem PartitionSpec
        PartitionBoundSpec PartitionRangeDatum PartitionCmd RangeTblEntry RtepermissionInfo
        RangeTblFunction TableSampleClause WithCheckOption SortGroupClause WindowClause
        RowMarkClause WithClause TriggerTransition RawStmt SetOperationStmt AlterTableCmd
        AtalterConstraint ReplicaIdentityStmt ObjectWithArgs AccessPriv Constraint
        CreateOpClassItem StatsElem FunctionParameter InlineCodeBlock CallContext VacuumRelation
        PublicationTable PublicationObjSpec IntList OidList;
}

//! Every code that a diagnostic can carry. `docs/errors/<code>.md` tells cause and cure of each.

use super::Severity;

macro_rules! codes {
    ($($variant:ident $name:literal $severity:ident,)*) => {
        /// The stable name of a kind of finding.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($variant,)* }

        impl Code {
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// How bad it is unless the checks were asked to be strict.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }
        }
    };
}

codes! {
    // The text
    SourceTooLarge "source-too-large" Error,
    SourceEncoding "source-encoding" Error,
    SourceUnreadable "source-unreadable" Error,
    YamlSyntax "yaml-syntax" Error,
    YamlTab "yaml-tab" Error,
    YamlIndentation "yaml-indentation" Error,
    YamlExpressionUnquoted "yaml-expression-unquoted" Error,
    YamlControlCharacter "yaml-control-character" Error,
    YamlDuplicateKey "yaml-duplicate-key" Error,
    YamlTooDeep "yaml-too-deep" Error,
    YamlTooManyNodes "yaml-too-many-nodes" Error,
    YamlAlias "yaml-alias" Warning,

    // The document
    NotAFlow "not-a-flow" Error,
    OtherDocument "other-document" Info,
    FlowDuplicate "flow-duplicate" Warning,
    TooManyDiagnostics "too-many-diagnostics" Error,

    // Properties and values
    PropertyUnknown "property-unknown" Error,
    PropertyMissing "property-missing" Error,
    PropertyEmpty "property-empty" Error,
    PropertyDeprecated "property-deprecated" Info,
    PropertyConflict "property-conflict" Error,
    ValueType "value-type" Error,
    ValueEnum "value-enum" Error,
    ValueRange "value-range" Error,
    ValuePattern "value-pattern" Error,
    ValueLength "value-length" Error,
    ValueDuration "value-duration" Error,
    ValueDate "value-date" Error,
    ValueTimeZone "value-time-zone" Error,
    ValueRegex "value-regex" Error,

    // Types
    TypeUnknown "type-unknown" Error,
    TypeMissing "type-missing" Error,
    TypeMisplaced "type-misplaced" Error,
    TypeAlias "type-alias" Info,
    TypeDeprecated "type-deprecated" Info,
    TypeNotBuiltIn "type-not-built-in" Info,
    PluginUnknown "plugin-unknown" Warning,

    // The flow as a whole
    IdReserved "id-reserved" Error,
    IdDuplicate "id-duplicate" Error,
    InputPathConflict "input-path-conflict" Error,
    InputDependencyUnknown "input-dependency-unknown" Error,
    InputDependencyCycle "input-dependency-cycle" Error,
    InputDefault "input-default" Error,
    LabelSystem "label-system" Error,
    LabelDuplicate "label-duplicate" Warning,
    ReferenceDash "reference-dash" Error,
    SubflowRecursive "subflow-recursive" Error,
    DagDependencyUnknown "dag-dependency-unknown" Error,
    DagCycle "dag-cycle" Error,
    SwitchEmpty "switch-empty" Error,
    WorkingDirectoryTask "working-directory-task" Error,
    RetryInterval "retry-interval" Error,
    CronInvalid "cron-invalid" Error,
    WebhookInvalid "webhook-invalid" Error,
    PluginDefaultInvalid "plugin-default-invalid" Error,
    PluginDefaultsRefUnknown "plugin-defaults-ref-unknown" Error,
    PreconditionFilter "precondition-filter" Error,
    TimeWindow "time-window" Error,
    AssetsUnsupported "assets-unsupported" Error,

    // What will surprise at run time
    ExpressionSyntax "expression-syntax" Warning,
    ExpressionPrecedence "expression-precedence" Warning,
    ExpressionFunctionUnknown "expression-function-unknown" Warning,
    ExpressionArgument "expression-argument" Warning,
    RemovedIn2 "removed-in-2" Warning,
    InputUnknown "input-unknown" Warning,
    OutputUnknown "output-unknown" Warning,
    VariableUnknown "variable-unknown" Warning,
    TaskUnknown "task-unknown" Warning,
    TriggerVariableUnknown "trigger-variable-unknown" Warning,
    LabelUnknown "label-unknown" Warning,
    OutputTooEarly "output-too-early" Warning,
    OutputOtherBranch "output-other-branch" Warning,
    BranchDead "branch-dead" Warning,
    SecretLogged "secret-logged" Warning,
    SecretPlain "secret-plain" Warning,
    TriggerUnreachable "trigger-unreachable" Warning,
    TriggerUnconditional "trigger-unconditional" Warning,
    CronNever "cron-never" Warning,
    ScheduleGap "schedule-gap" Warning,
    RetryOverTimeout "retry-over-timeout" Warning,
    PropertyIgnored "property-ignored" Warning,
    SubflowMissing "subflow-missing" Warning,
    SubflowDisabled "subflow-disabled" Warning,
    DagDependencyDisabled "dag-dependency-disabled" Warning,
    OutputFileImplied "output-file-implied" Info,
}

impl Code {
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }
}

// prometheusRules and prometheusAlerts of the config: groups that record, and groups that alert.
local rules = import 'rules.libsonnet';
local alerting(group) = std.length([rule for rule in group.rules if std.objectHas(rule, 'alert')]) > 0;

{
  prometheusRules+:: {
    groups+: [group for group in rules($._config).groups if !alerting(group)],
  },
  prometheusAlerts+:: {
    groups+: [group for group in rules($._config).groups if alerting(group)],
  },
}

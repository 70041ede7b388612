// What the rules take from the config of the mixin.
function(config) {
  aggregation: config.aggregation,
  places: [label for label in config.aggregation if label != 'job'],
  pages: std.rstripChars(config.pages, '/'),

  // Lists of labels as rules write them: a, b | a, b, | a=%q,b=%q, | $labels.a $labels.b
  list(labels): std.join(', ', labels),
  before(labels): std.join('', [label + ', ' for label in labels]),
  matchers(labels): std.join('', [label + '=%q,' for label in labels]),
  values(labels): std.join('', [' $labels.' + label for label in labels]),

  severity(alert, usual): std.get(config.severities, alert, usual),

  labels: { [name]: $.label(config.labels[name]) for name in std.objectFields(config.labels) },

  // A label's value: a text, or a template that asks a series about the target. Labels that firsttoken_target_info has of
  // its own match anything where the alert has no such label.
  label(value): if std.isString(value) then value else
    local own = ['api', 'model', 'engine', 'region', 'tier'];
    local by = config.aggregation + ['target'];
    local matchers = [label + (if std.member(own, label) then '=~%q' else '=%q') for label in by];
    local args = [
      if std.member(own, label) then '(or $labels.%s ".*")' % label else '$labels.' + label
      for label in by
    ];
    local given = std.get(value, 'metric', '');
    local metric = if given == '' then 'firsttoken_target_info' else given;
    local selector = metric + '{' + std.join(',', matchers) + ',' + value.from + '!=""}';
    local query = selector + ' or last_over_time(' + selector + '[1d])';
    '{{ with printf ' + std.escapeStringJson(query) + ' ' + std.join(' ', args + args) + ' | query }}{{ . | first | label "' +
    value.from + '" }}{{ else }}' + std.get(value, 'otherwise', '') + '{{ end }}',

  // The groups without what is left out.
  kept(groups):
    local names = [group.name for group in groups]
                  + [rule.alert for group in groups for rule in group.rules if std.objectHas(rule, 'alert')];
    local unknown = [
      name
      for name in config.omit + std.objectFields(config.severities)
      if !std.member(names, name)
    ];
    local left(group) = group {
      rules: [rule for rule in super.rules if !std.member(config.omit, std.get(rule, 'alert', ''))],
    };
    if unknown != [] then error 'firsttoken: there is no alert or group ' + std.join(', ', unknown) else [
      left(group)
      for group in groups
      if !std.member(config.omit, group.name) && left(group).rules != []
    ],
}

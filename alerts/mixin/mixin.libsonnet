// The rules and dashboards of firsttoken for those who keep theirs in jsonnet:
//
//   local firsttoken = (import 'github.com/firsttoken/firsttoken/alerts/mixin/mixin.libsonnet') {
//     _config+:: { severities+: { FirsttokenSLOBurnSlow: 'warning' } },
//   };
(import 'config.libsonnet') + (import 'groups.libsonnet') + (import 'dashboards.libsonnet')

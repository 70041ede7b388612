// Package series holds everything that reads a series (rules, the texts of alerts, dashboards, runbooks
// and the rules' own tests) to the series that exist: the exporters' catalogues, the recording rules, and
// an explicit list of what other programs export. Prometheus' own parsers find the names.
//
// A metric that does not exist is not an error to Prometheus: the rule or the panel is silently empty.
package series

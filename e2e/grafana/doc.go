// Package grafana evaluates Grafana dashboards as Grafana would: it fills their variables in, runs the queries of their
// panels on the real Prometheus engine, applies overrides and transformations, and writes values in their units.
//
// It reads the part of Grafana's classic JSON model that the shipped dashboards use. It draws nothing; package draw
// does.
package grafana

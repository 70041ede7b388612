// Package board evaluates the shipped Grafana dashboards as Grafana would, but for the drawing: it
// fills their variables in, runs every query of every panel on the real Prometheus engine over a
// recorded week of the prober and the simulator, applies the transformations, and draws what comes
// out as plain HTML and SVG.
//
// It is not Grafana and its pictures are not Grafana's: what a panel shows is evaluated, how it looks
// is a sketch.
package board

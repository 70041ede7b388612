// Package draw draws evaluated dashboards as plain HTML and SVG, for the pictures in the documentation.
//
// It is not Grafana, and its pictures are not Grafana's: what a panel shows is evaluated by package grafana, how it
// looks is a sketch.
package draw

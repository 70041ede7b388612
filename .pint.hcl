# pint lints the shipped rules without a Prometheus server at hand: make rules.
parser {
  include = ["alerts/.*[.]rules[.]yml"]
}

checks {
  # Groups read each other on purpose: each is evaluated as often as what it says can change.
  disabled = ["rule/dependency"]
}

# Fires always, so that a dead man's switch notices when it does not.
rule {
  match {
    name = "FirsttokenWatchdog"
  }
  disable = ["alerts/comparison"]
}

# What is usual changes slowly, and is recorded each hour. Who reads it looks back over a range: TestHourlyRecords.
rule {
  match {
    name = ".*:(fit_|count_usual|square1d_|peak|spread|seen).*"
  }
  disable = ["group/interval"]
}

# Where there is no prober at all, the alert has no labels, and its links have empty ones.
rule {
  match {
    name = "FirsttokenProberDown"
  }
  disable = ["alerts/template"]
}

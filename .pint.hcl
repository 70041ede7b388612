# pint lints the shipped rules without a Prometheus server at hand: make rules.
parser {
  include = ["alerts/.*[.]rules[.]yml"]
}

# Fires always, so that a dead man's switch notices when it does not.
rule {
  match {
    name = "FirsttokenWatchdog"
  }
  disable = ["alerts/comparison"]
}

# Baselines of a day ago are recorded half as often as what is compared with them.
rule {
  match {
    name = "target_cache_context:firsttoken_ttft:(slowdown|welch_z)(30m|2h)"
  }
  disable = ["rule/dependency"]
}

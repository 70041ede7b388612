package dashboards

// provisioningFile stands beside the dashboards; Grafana reads it from provisioning/dashboards.
const provisioningFile = "provisioning.yaml"

// provisioning tells Grafana where the dashboards are. The path is the one of deploy/compose.yaml;
// for another place, set FIRSTTOKEN_DASHBOARDS in Grafana's environment.
const provisioning = "# Copy or mount as /etc/grafana/provisioning/dashboards/firsttoken.yaml," +
	" and set FIRSTTOKEN_DASHBOARDS in" + `
# Grafana's environment to the folder that holds the dashboards: Grafana fills the variable in.
apiVersion: 1
providers:
  - name: firsttoken
    orgId: 1
    folder: firsttoken
    type: file
    disableDeletion: true
    allowUiUpdates: false
    updateIntervalSeconds: 30
    options:
      path: $FIRSTTOKEN_DASHBOARDS
      foldersFromFilesStructure: false
`

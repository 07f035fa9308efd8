# SPDX-License-Identifier: GPL-2.0-or-later
# hil: service
# Has the service $Given.name Running or Stopped, as $Given.want says, within $Given.limit_s seconds.
$Service = Get-Service -Name $Given.name
if ($Given.want -eq 'Running') {
    if ($Service.Status -ne 'Running') { Start-Service -InputObject $Service }
} elseif ($Service.Status -ne 'Stopped') {
    Stop-Service -InputObject $Service -Force -NoWait
}
try { $Service.WaitForStatus($Given.want, [TimeSpan]::FromSeconds([double]$Given.limit_s)) } catch { }
$Service.Refresh()
@{ status = [string]$Service.Status }

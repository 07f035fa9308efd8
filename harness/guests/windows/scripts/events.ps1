# SPDX-License-Identifier: GPL-2.0-or-later
# hil: events
# Writes the events since $Given.since_ms that concern a WLAN driver to $Given.target, each as XML,
# and lists the crash dumps written since then.
$Since = [DateTimeOffset]::FromUnixTimeMilliseconds([long]$Given.since_ms).LocalDateTime
$Lines = @(foreach ($Log in $Given.logs) {
    Get-WinEvent -FilterHashtable @{ LogName = $Log; StartTime = $Since } -Oldest -ErrorAction SilentlyContinue |
        Where-Object { $Given.providers -contains $_.ProviderName } |
        Select-Object -First $Given.most |
        ForEach-Object { $_.ToXml() }
})
[IO.File]::WriteAllLines($Given.target, [string[]]$Lines)
$Dumps = @(Get-ChildItem -Path $Given.dumps -ErrorAction SilentlyContinue |
    Where-Object { $_.LastWriteTime -ge $Since } |
    Select-Object -First 32 |
    ForEach-Object { $_.FullName })
@{ events = $Lines.Count; dumps = $Dumps }

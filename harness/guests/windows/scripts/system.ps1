# SPDX-License-Identifier: GPL-2.0-or-later
# hil: system
# When Windows began, how long it has run by its counter, what time it is, and which Windows it is.
$System = Get-CimInstance -ClassName Win32_OperatingSystem
@{
    boot_ms = ([DateTimeOffset]$System.LastBootUpTime).ToUnixTimeMilliseconds()
    up_s = [Diagnostics.Stopwatch]::GetTimestamp() / [Diagnostics.Stopwatch]::Frequency
    now_ms = [DateTimeOffset]::UtcNow.ToUnixTimeMilliseconds()
    name = [string]$System.Caption
    build = [string]$System.BuildNumber
}

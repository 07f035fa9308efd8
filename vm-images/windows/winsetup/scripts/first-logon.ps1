# SPDX-License-Identifier: GPL-2.0-or-later
# Runs from the provisioning CD when the administrator is logged on for the first time: what needs no
# test signing. It goes on with after-restart.ps1, by a task of the system's at its next start.
. (Join-Path $PSScriptRoot 'common.ps1')

function Copy-Disc {
    New-Item -ItemType Directory -Path $Setup -Force | Out-Null
    Copy-Item -Path (Join-Path $PSScriptRoot '*') -Destination $Setup -Recurse -Force
    Get-ChildItem -LiteralPath $Setup -Recurse -File | ForEach-Object {
        $_.IsReadOnly = $false
    }
}

function Install-VirtioDrivers {
    $disc = Split-Path -Qualifier $PSScriptRoot
    $inf = Join-Path "$disc\`$WinPEDriver`$" '*.inf'
    # 259: there is nothing newer to add; 3010: it wants a restart, which comes
    Invoke-Program 'pnputil.exe' @('/add-driver', $inf, '/subdirs', '/install') @(0, 259, 3010) |
        Out-Null
}

function Install-OpenSsh {
    param([Parameter(Mandatory)] $Given)
    $package = Join-Path $Setup $Given.openssh
    $hash = (Get-FileHash -LiteralPath $package -Algorithm SHA256).Hash
    if ($hash -ne $Given.openssh_sha256) {
        throw "OpenSSH package: SHA-256 is $hash, not $($Given.openssh_sha256)"
    }
    if ($package -like '*.msi') {
        Invoke-Program 'msiexec.exe' @('/i', $package, '/qn', '/norestart') @(0, 3010) | Out-Null
    } else {
        Expand-Archive -LiteralPath $package -DestinationPath $env:ProgramFiles -Force
        $script = Get-ChildItem -Path $env:ProgramFiles -Filter 'install-sshd.ps1' -Recurse -Depth 2 |
            Select-Object -First 1
        if ($null -eq $script) {
            throw 'OpenSSH package: it has no install-sshd.ps1'
        }
        Invoke-Program 'powershell.exe' @(
            '-NoProfile', '-ExecutionPolicy', 'Bypass', '-File', $script.FullName
        ) | Out-Null
    }
    Install-SshKeys
    Set-Service -Name sshd -StartupType Automatic
    Restart-Service -Name sshd
    New-NetFirewallRule -Name 'wlan-hil-ssh' -DisplayName 'wlan-hil SSH' -Direction Inbound `
        -Protocol TCP -LocalPort 22 -Action Allow -Profile Any | Out-Null
}

function Install-SshKeys {
    $ssh = Join-Path $env:ProgramData 'ssh'
    New-Item -ItemType Directory -Path $ssh -Force | Out-Null
    foreach ($name in 'administrators_authorized_keys', 'ssh_host_ed25519_key', 'ssh_host_ed25519_key.pub') {
        $place = Join-Path $ssh $name
        Copy-Item -LiteralPath (Join-Path $Setup "ssh\$name") -Destination $place -Force
        # S-1-5-32-544: Administrators; S-1-5-18: the system. sshd refuses what others may read.
        Invoke-Program 'icacls.exe' @(
            $place, '/inheritance:r', '/grant', '*S-1-5-32-544:F', '/grant', '*S-1-5-18:F'
        ) | Out-Null
    }
    # Its host key is the one that the harness knows, and no other.
    Get-ChildItem -LiteralPath $ssh -Filter 'ssh_host_*' |
        Where-Object { $_.Name -notlike 'ssh_host_ed25519_key*' } | Remove-Item -Force
}

function Set-CrashDumps {
    $control = 'HKLM:\SYSTEM\CurrentControlSet\Control\CrashControl'
    Set-Value $control 'CrashDumpEnabled' 2  # kernel memory, and a minidump each time
    Set-Value $control 'AlwaysKeepMemoryDump' 1
    Set-Value $control 'AutoReboot' 1
    $local = 'HKLM:\SOFTWARE\Microsoft\Windows\Windows Error Reporting\LocalDumps\wlanext.exe'
    Set-Value $local 'DumpFolder' (Join-Path $Hil 'dumps') 'ExpandString'
    Set-Value $local 'DumpType' 2
    Set-Value 'HKLM:\SOFTWARE\Microsoft\Windows\Windows Error Reporting' 'DontShowUI' 1
}

function Disable-Updates {
    Set-Value 'HKLM:\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate\AU' 'NoAutoUpdate' 1
    Set-Value 'HKLM:\SOFTWARE\Policies\Microsoft\Windows\DriverSearching' 'SearchOrderConfig' 0
    Stop-Service -Name wuauserv -Force -ErrorAction SilentlyContinue
    Set-Service -Name wuauserv -StartupType Disabled
}

function Disable-Sleep {
    foreach ($what in 'standby-timeout-ac', 'hibernate-timeout-ac', 'monitor-timeout-ac', 'disk-timeout-ac') {
        Invoke-Program 'powercfg.exe' @('/change', $what, '0') | Out-Null
    }
    Invoke-Program 'powercfg.exe' @('/hibernate', 'off') | Out-Null
}

function Enable-TestSigning {
    Invoke-Program 'bcdedit.exe' @('/set', 'testsigning', 'on') | Out-Null
    Get-ChildItem -LiteralPath (Join-Path $Setup 'certificates') -ErrorAction SilentlyContinue |
        ForEach-Object {
            foreach ($store in 'Root', 'TrustedPublisher') {
                Invoke-Program 'certutil.exe' @('-f', '-addstore', $store, $_.FullName) | Out-Null
            }
        }
}

function Register-NextPart {
    $script = Join-Path $Setup 'after-restart.ps1'
    $action = New-ScheduledTaskAction -Execute 'powershell.exe' `
        -Argument "-NoProfile -ExecutionPolicy Bypass -File $script"
    $trigger = New-ScheduledTaskTrigger -AtStartup
    $user = New-ScheduledTaskPrincipal -UserId 'S-1-5-18' -RunLevel Highest
    Register-ScheduledTask -TaskName $Task -Action $action -Trigger $trigger -Principal $user `
        -Force | Out-Null
}

Invoke-Stages {
    Enter-Stage 'first-logon'
    Copy-Disc
    $given = Get-Given
    Enter-Stage 'drivers'
    Install-VirtioDrivers
    Enter-Stage 'ssh'
    Install-OpenSsh $given
    Enter-Stage 'settings'
    Set-CrashDumps
    Disable-Updates
    Disable-Sleep
    Enable-TestSigning
    Register-NextPart
    Enter-Stage 'restart'
    Restart-Computer -Force
}

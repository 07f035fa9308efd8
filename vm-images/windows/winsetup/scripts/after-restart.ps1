# SPDX-License-Identifier: GPL-2.0-or-later
# Runs as the system at the start after first-logon.ps1: what needs test signing, and the end.
. (Join-Path $PSScriptRoot 'common.ps1')

function Assert-TestSigning {
    # The name of the element is the same in every language of Windows, its value is not.
    $said = Invoke-Program 'bcdedit.exe' @('/enum', '{current}')
    if ($said -notmatch '(?m)^testsigning\s+\S') {
        throw 'test signing is not on: is Secure Boot on, which forbids it?'
    }
}

function Install-AdapterDriver {
    $folder = Join-Path $Setup 'driver'
    if (-not (Test-Path -LiteralPath $folder)) {
        return
    }
    $inf = Join-Path $folder '*.inf'
    Invoke-Program 'pnputil.exe' @('/add-driver', $inf, '/subdirs', '/install') @(0, 259, 3010) |
        Out-Null
}

function Install-Ihv {
    param([Parameter(Mandatory)] $Given)
    $folder = Join-Path $Setup 'ihv'
    if ($null -eq $Given.ihv -or -not (Test-Path -LiteralPath $folder)) {
        return
    }
    $place = Join-Path $Hil 'ihv'
    New-Item -ItemType Directory -Path $place -Force | Out-Null
    Copy-Item -Path (Join-Path $folder '*') -Destination $place -Recurse -Force
    # The adapter may be plugged in only when a run begins, which calls this again.
    & (Join-Path $Hil 'ihv-extensions.ps1') -IfPresent
}

function Install-Companions {
    $folder = Join-Path $Setup 'companions'
    Copy-Item -Path (Join-Path $folder '*') -Destination $Hil -Force
}

function Clear-Setup {
    # The host's key and the automatic logon have served.
    Unregister-ScheduledTask -TaskName $Task -Confirm:$false
    $logon = 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon'
    foreach ($name in 'DefaultPassword', 'AutoAdminLogon', 'AutoLogonCount') {
        Remove-ItemProperty -LiteralPath $logon -Name $name -ErrorAction SilentlyContinue
    }
    foreach ($left in 'C:\Windows\Panther\unattend.xml', 'C:\Windows\Panther\autounattend.xml') {
        Remove-Item -LiteralPath $left -Force -ErrorAction SilentlyContinue
    }
    Remove-Item -LiteralPath $Setup -Recurse -Force
}

Invoke-Stages {
    Enter-Stage 'restarted'
    $given = Get-Given
    Assert-TestSigning
    Enter-Stage 'adapter-driver'
    Install-AdapterDriver
    foreach ($name in 'common.ps1', 'ihv-extensions.ps1', 'given.json') {
        Copy-Item -LiteralPath (Join-Path $Setup $name) -Destination $Hil -Force
    }
    Enter-Stage 'ihv-extensions'
    Install-Ihv $given
    Enter-Stage 'companions'
    Install-Companions
    Clear-Setup
    Enter-Stage 'sealed'
    Stop-Computer -Force
}

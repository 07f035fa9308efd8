# SPDX-License-Identifier: GPL-2.0-or-later
# What the scripts of an installation share: dot-source it. For Windows PowerShell 5.1.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$Hil = 'C:\hil'
$Setup = Join-Path $Hil 'setup'
$Task = 'wlan-hil provisioning'
$AdapterClass = 'HKLM:\SYSTEM\CurrentControlSet\Control\Class\{4d36e972-e325-11ce-bfc1-08002be10318}'

function Send-Line {
    # A line for the host, over the first serial port.
    param([Parameter(Mandatory)] [string] $Text)
    $port = New-Object System.IO.Ports.SerialPort 'COM1', 115200
    $port.NewLine = "`r`n"
    $port.WriteTimeout = 10000
    $port.Open()
    try {
        $port.WriteLine($Text)
    } finally {
        $port.Close()
    }
}

function Enter-Stage {
    param([Parameter(Mandatory)] [string] $Name)
    $script:Stage = $Name
    Send-Line "HIL-STAGE $Name"
}

function Invoke-Program {
    # Run a program; throws with what it said unless its exit status is one of those that are good.
    param(
        [Parameter(Mandatory)] [string] $Program,
        [string[]] $Arguments = @(),
        [int[]] $Good = @(0)
    )
    $said = & $Program @Arguments 2>&1 | Out-String
    if ($Good -notcontains $LASTEXITCODE) {
        $short = ($said -replace '\s+', ' ').Trim()
        throw "$Program ended with status ${LASTEXITCODE}: $short"
    }
    return $said
}

function Invoke-Stages {
    # Run a block; what it throws is told to the host, with the stage in which it was.
    param([Parameter(Mandatory)] [scriptblock] $Body)
    $script:Stage = 'first-logon'
    try {
        & $Body
    } catch {
        $why = ($_.Exception.Message -replace '\s+', ' ').Trim()
        Send-Line "HIL-FAILED $($script:Stage): $why"
        exit 1
    }
}

function Set-Value {
    # A registry value, its key made if need be.
    param(
        [Parameter(Mandatory)] [string] $Key,
        [Parameter(Mandatory)] [string] $Name,
        [Parameter(Mandatory)] $Value,
        [string] $Type = 'DWord'
    )
    if (-not (Test-Path -LiteralPath $Key)) {
        New-Item -Path $Key -Force | Out-Null
    }
    New-ItemProperty -LiteralPath $Key -Name $Name -Value $Value -PropertyType $Type -Force | Out-Null
}

function Get-Given {
    # What the host said of this installation.
    Get-Content -LiteralPath (Join-Path $Setup 'given.json') -Raw | ConvertFrom-Json
}

@{
    RootModule           = 'MailBackup.Cmdlets.dll'
    NestedModules        = @('MailBackup.Loader.dll')
    ModuleVersion        = '0.1.0'
    CompatiblePSEditions = @('Core')
    GUID                 = '6a1f0a5e-6d0e-4c39-9d2c-5a1c0f2e7b43'
    Author               = 'The MailBackup authors'
    CompanyName          = 'MailBackup'
    Copyright            = '(c) The MailBackup authors. MIT license.'
    Description          = 'Keeps the whole history of every item of a mail server and puts any of it back, at any point in time.'
    PowerShellVersion    = '7.6'
    FormatsToProcess     = @('MailBackup.Format.ps1xml')
    FunctionsToExport    = @()
    AliasesToExport      = @()
    VariablesToExport    = @()
    CmdletsToExport      = @(
        'Compare-BackupAccount'
        'Disable-BackupLegalHold'
        'Disable-CosBackup'
        'Enable-BackupLegalHold'
        'Enable-CosBackup'
        'Export-Backup'
        'Export-BackupAccount'
        'Export-BackupAnchor'
        'Export-BackupItem'
        'Get-BackupAccount'
        'Get-BackupConfiguration'
        'Get-BackupDomain'
        'Get-BackupHealth'
        'Get-BackupInfo'
        'Get-BackupItem'
        'Get-BackupLegalHold'
        'Get-BackupMap'
        'Get-BackupOperation'
        'Get-BackupPath'
        'Get-BackupSchedule'
        'Get-BackupService'
        'Get-BackupSource'
        'Get-CosBackup'
        'Get-RealtimeScanner'
        'Import-BackupAccount'
        'Import-BackupPath'
        'Invoke-BackupPurge'
        'Invoke-CoherencyCheck'
        'Register-BackupService'
        'Repair-Backup'
        'Restart-BackupService'
        'Restore-Backup'
        'Restore-BackupAccount'
        'Restore-BackupBlob'
        'Restore-DeletedItem'
        'Restore-Item'
        'Search-BackupItem'
        'Set-BackupConfiguration'
        'Set-BackupPath'
        'Set-BackupSchedule'
        'Set-BackupSource'
        'Show-BackupStatus'
        'Start-AccountScan'
        'Start-BackupService'
        'Start-RealtimeScanner'
        'Start-SmartScan'
        'Stop-BackupOperation'
        'Stop-BackupService'
        'Stop-RealtimeScanner'
        'Test-BackupAnchor'
        'Test-BackupNotification'
        'Test-BackupSource'
        'Update-BackupSearchIndex'
        'Wait-BackupOperation'
    )
    PrivateData          = @{
        PSData = @{
            Tags         = @('mail', 'backup', 'restore', 'maildir', 'Linux', 'PSEdition_Core')
            LicenseUri   = 'https://opensource.org/license/mit'
            ReleaseNotes = 'Scan, history, restore, check.'
        }
    }
}

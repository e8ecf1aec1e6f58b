# An address that one person had and another has now: what comes down a pipeline means its own account.

BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $folder = Join-Path $TestDrive 'server'
    $mail = Join-Path $folder 'mail'
    $ldif = Join-Path $folder 'directory.ldif'
    $ann = Join-Path $mail 'example.com' 'ann' 'Maildir'
    $null = New-Item $mail -ItemType Directory -Force

    function Set-Directory([hashtable] $Accounts) {
        $entries = $Accounts.GetEnumerator() | ForEach-Object {
            "dn: uid=$($_.Key.Split('@')[0]),ou=people`nobjectClass: zimbraAccount`nzimbraId: 00000000-0000-4000-8000-00000000000$($_.Value)`nmail: $($_.Key)`nzimbraMailDeliveryAddress: $($_.Key)`n"
        }
        Set-Content $ldif ("version: 1`n`n" + ($entries -join "`n"))
    }

    $env:MAILBACKUP_HOME = Join-Path $folder 'home'
    $env:MAILBACKUP_PATH = $null
    Set-BackupPath (Join-Path $folder 'backup')
    Set-Directory @{ 'ann@example.com' = 1; 'bob@example.com' = 2 }
    Set-BackupSource -Maildir $mail -Ldif $ldif
    Add-Mail $ann 'Of the first Ann'
    Add-Mail (Join-Path $mail 'example.com' 'bob' 'Maildir') 'Bob'
    $null = Start-SmartScan
    Remove-Item (Split-Path $ann) -Recurse
    Set-Directory @{ 'bob@example.com' = 2 }
    $null = Start-SmartScan
    Set-Directory @{ 'ann@example.com' = 7; 'bob@example.com' = 2 }
    Add-Mail $ann 'Of the second Ann'
    $null = Start-SmartScan
    $first = Get-BackupItem -Type Message | Where-Object Subject -EQ 'Of the first Ann'
}

Describe 'Two accounts of one address' {
    It 'lists each once with wildcards' {
        (Get-BackupItem * -Type Message).Subject | Sort-Object | Should -Be 'Bob', 'Of the first Ann', 'Of the second Ann'
        (Get-BackupItem ann@example.com -Type Message).Subject | Should -Be 'Of the second Ann'
        (Get-BackupAccount ann* -Statistics).Items | Sort-Object | Should -Be 2, 2
    }

    It 'exports the item that was piped, not that of its namesake' {
        $file = $first | Export-BackupItem -Destination (Join-Path $TestDrive 'export') -PassThru
        Get-Content $file -Raw | Should -Match 'Of the first Ann'
        (Export-BackupAccount ann* (Join-Path $TestDrive 'archives')).State | Should -Be 'Completed', 'Completed'
    }

    It 'does not put the mail of the one into the mailbox of the other' {
        $failed = $null
        $first | Restore-Item -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed[-1].FullyQualifiedErrorId | Should -BeLike 'AccountExists,*'
        Get-MailFile $ann 'Of the first Ann' | Should -BeNullOrEmpty
        ($first | Restore-Item -To bob@example.com).Restored | Should -Be 1
        Get-MailFile (Join-Path $mail 'example.com' 'bob') 'Of the first Ann' | Should -HaveCount 1
    }
}

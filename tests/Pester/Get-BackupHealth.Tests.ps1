BeforeAll {
    . (Join-Path $PSScriptRoot Shared.ps1)
    $server = New-SampleServer (Join-Path $TestDrive 'server')
}

Describe 'Get-BackupHealth' {
    It 'is critical without a scan' {
        $health = Get-BackupHealth
        $health.Status | Should -Be Critical
        ($health.Checks | Where-Object Name -EQ SmartScan).Message | Should -Match 'Start-SmartScan|mailbackup scan'
        $health.UnprotectedAccounts | Should -Contain $server.Alice
    }

    It 'tells after a scan what could be lost' {
        Start-SmartScan | Out-Null
        $health = Get-BackupPath | Get-BackupHealth
        ($health.Checks | Where-Object Name -EQ SmartScan).Status | Should -Be Ok
        $health.RpoSeconds | Should -BeLessThan 60
        $health.UnprotectedAccounts | Should -BeNullOrEmpty
        $health.BackupPath | Should -Be $server.Path
    }

    It 'finds an account that is not in the backup' {
        Add-Mail (Join-Path $server.Maildir 'example.com' 'newcomer' 'Maildir') 'Hello'
        (Get-BackupHealth).UnprotectedAccounts | Should -Be 'newcomer@example.com'
    }

    It 'gives one page that loads nothing' {
        $page = Get-BackupHealth -AsHtml
        $page | Should -BeOfType string
        $page | Should -Match '^<!DOCTYPE html>'
        $page | Should -Not -Match '(src|href)='
    }

    It 'gives the text of Prometheus' {
        Get-BackupHealth -AsPrometheus | Should -Match '(?m)^mailbackup_accounts\{path="[^"]+"\} \d+$'
    }

    It 'gives either the one or the other' {
        { Get-BackupHealth -AsHtml -AsPrometheus } | Should -Throw -ErrorId 'AmbiguousParameterSet,*'
    }

    It 'completes its parameters' {
        (Get-Completion 'Get-BackupHealth -As').CompletionText | Should -Be '-AsHtml', '-AsPrometheus'
    }

    It 'names the backup path that is not there' {
        { Get-BackupHealth -BackupPath (Join-Path $TestDrive none) } | Should -Throw -ErrorId 'BackupPathNotFound,*'
    }
}

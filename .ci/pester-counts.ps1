<# .SYNOPSIS Prints passed, failed and skipped of a Pester result file (NUnit 2.5). #>
param([Parameter(Mandatory)] [string] $Path)

$results = ([xml](Get-Content -Raw $Path)).'test-results'
$failed = [int]$results.failures + [int]$results.errors
$cases = $results.SelectNodes('//test-case')
$skipped = @($cases | Where-Object { $_.executed -eq 'False' -or $_.result -in 'Ignored', 'Skipped', 'Inconclusive' }).Count
$passed = @($cases | Where-Object result -EQ 'Success').Count
"$passed $failed $skipped"

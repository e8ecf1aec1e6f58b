namespace MailBackup.Help.Cmdlets;

/// <summary>A cmdlet as its class declares it.</summary>
internal sealed record CmdletShape(string Name, string? DefaultSet, List<ParameterShape> Parameters)
{
    /// <summary>The parameter sets, the default one first; it may have nothing of its own.</summary>
    public IEnumerable<string> Sets
    {
        get
        {
            var sets = Parameters.SelectMany(p => p.Uses).Select(u => u.Set).Where(s => s != ParameterUse.AllSets);
            return (DefaultSet is null ? sets : sets.Prepend(DefaultSet)).Distinct().DefaultIfEmpty(ParameterUse.AllSets);
        }
    }

    /// <summary>The parameters of a set, as they stand in its syntax: by position, then the mandatory ones, then the others.</summary>
    public IEnumerable<(ParameterShape Parameter, ParameterUse Use)> In(string set) => Parameters
        .Select(p => (Parameter: p, Use: p.In(set)!))
        .Where(p => p.Use is not null)
        .OrderBy(p => p.Use.Position ?? int.MaxValue)
        .ThenBy(p => p.Use.Mandatory ? 0 : 1);
}

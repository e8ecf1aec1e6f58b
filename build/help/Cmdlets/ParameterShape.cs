namespace MailBackup.Help.Cmdlets;

/// <summary>A parameter as the cmdlet declares it.</summary>
/// <param name="Name">Without the dash.</param>
/// <param name="Type">As PowerShell writes it, for example <c>string[]</c>.</param>
/// <param name="Uses">One for each set that it names.</param>
internal sealed record ParameterShape(string Name, string Type, IReadOnlyList<ParameterUse> Uses)
{
    public const string Switch = "SwitchParameter";

    public IReadOnlyList<string> Aliases { get; init; } = [];

    public bool Wildcards { get; init; }

    /// <summary>False for what every cmdlet of its kind has, whose text is always the same.</summary>
    public bool Described { get; init; } = true;

    public bool IsSwitch => Type == Switch;

    public ParameterUse? In(string set) => Uses.FirstOrDefault(u => u.Set == set || u.Set == ParameterUse.AllSets);
}

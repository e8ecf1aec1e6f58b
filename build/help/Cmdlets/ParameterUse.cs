namespace MailBackup.Help.Cmdlets;

/// <summary>How a parameter is used in a parameter set.</summary>
/// <param name="Set">The set; <see cref="AllSets"/> when in all of them.</param>
/// <param name="Mandatory">Whether it has to be given.</param>
/// <param name="Position">From 0; null when it is named.</param>
/// <param name="ByValue">Takes objects of the pipeline.</param>
/// <param name="ByPropertyName">Takes their properties.</param>
internal sealed record ParameterUse(string Set, bool Mandatory, int? Position, bool ByValue, bool ByPropertyName)
{
    public const string AllSets = "__AllParameterSets";
}

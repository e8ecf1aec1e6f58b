namespace MailBackup.Model;

/// <summary>A class of service of the directory, and whether its accounts are backed up.</summary>
/// <param name="Cos">Name of the COS.</param>
/// <param name="Enabled">False when its notes have the marker <c>${ZxBackup_Disabled}</c>.</param>
/// <param name="Members">Accounts of the directory that belong to it.</param>
/// <param name="Notes">Its notes as they are, marker and all.</param>
public sealed record CosBackup(string Cos, bool Enabled, int Members, string Notes);
